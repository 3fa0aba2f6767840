// Opens every page of a folder in headless Chromium, in light and dark, on a desktop and on a phone: node check.mjs FOLDER SCREENSHOTS
//
// A page fails by an error in the console, a request that fails, a link that leads nowhere, a rule of axe-core, or content that is
// wider than the window. Screenshots are for people to look at.
import { createServer } from "node:http";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join, normalize, relative } from "node:path";
import puppeteer from "puppeteer-core";

const [folder, screenshots] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const kinds = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json" };
const windows = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    try {
        const body = await readFile(join(folder, path));
        response.writeHead(200, { "content-type": kinds[extname(path)] ?? "application/octet-stream" }).end(body);
    } catch {
        response.writeHead(404).end();
    }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}`;

const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".html")).sort();
const wanted = process.env.PAGES ? paths.filter((path) => process.env.PAGES.split(",").includes(path)) : paths;
const faults = [];
await mkdir(screenshots, { recursive: true });
const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
});

// The page as a reader has it: its own policy in force.
async function open(path, scheme, size) {
    const page = await browser.newPage();
    const fault = (what) => faults.push(`${path} (${scheme}): ${what}`);
    page.on("console", (message) => message.type() === "error" && fault(`console: ${message.text()}`));
    page.on("pageerror", (error) => fault(`error: ${error.message}`));
    page.on("response", (response) => response.status() >= 400 && fault(`${response.status()} ${response.url()}`));
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.setViewport(size);
    await page.goto(`${base}/${path}`, { waitUntil: "load" });
    return page;
}

// The rules of axe-core, in a page that takes its script.
async function rules(path, scheme, size) {
    const page = await browser.newPage();
    await page.setBypassCSP(true);
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.setViewport(size);
    await page.goto(`${base}/${path}`, { waitUntil: "load" });
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const rule of found.violations) {
        const nodes = rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ");
        faults.push(`${path} (${scheme}, ${size.width}): axe ${rule.id}, ${rule.impact}, ${rule.nodes.length} places: ${nodes}`);
    }
    await page.close();
}

// Anchors and files that links of a page lead to.
async function links(path, page, known) {
    const found = await page.$$eval("a[href]", (all) => all.map((link) => new URL(link.getAttribute("href"), document.baseURI).href));
    for (const link of new Set(found.filter((link) => link.startsWith(base)))) {
        const { pathname, hash } = new URL(link);
        const target = relative("/", decodeURIComponent(pathname)) || "index.html";
        if (!known.has(target)) {
            faults.push(`${path}: no ${target}`);
        } else if (hash && !known.get(target).has(decodeURIComponent(hash.slice(1)))) {
            faults.push(`${path}: no ${hash} in ${target}`);
        }
    }
}

const known = new Map();
for (const path of await readdir(folder, { recursive: true })) {
    const text = path.endsWith(".html") ? await readFile(join(folder, path), "utf8") : "";
    known.set(path, new Set([...text.matchAll(/ id="([^"]*)"/g)].map((found) => found[1])));
}

for (const path of wanted) {
    for (const [name, size] of Object.entries(windows)) {
        for (const scheme of ["light", "dark"]) {
            const page = await open(path, scheme, size);
            const width = await page.evaluate(() => document.documentElement.scrollWidth);
            if (width > size.width) {
                faults.push(`${path} (${name}): content is ${width} wide in a window of ${size.width}`);
            }
            await page.screenshot({ path: join(screenshots, `${path.replaceAll("/", "-")}-${name}-${scheme}.png`) });
            if (name === "desktop" && scheme === "light") {
                await links(path, page, known);
            }
            await page.close();
            await rules(path, scheme, size);
        }
    }
}
await browser.close();
server.close();
for (const fault of new Set(faults)) {
    console.log(fault);
}
console.log(`${wanted.length} pages, ${new Set(faults).size} faults, screenshots in ${screenshots}`);
process.exit(faults.length > 0 ? 1 : 0);
