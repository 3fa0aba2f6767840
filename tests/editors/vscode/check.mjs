// The language server with VS Code as its client, in headless Chromium: node check.mjs URL SCREENSHOTS
//
// The project at the URL has the lab as `sites/lab/site.kdl`. Ends with 1 at the first thing that is not as an editor shows it; nothing is
// saved. Screenshots are for people to look at.
import { createRequire } from "node:module";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.MODULES, "package.json"));
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")));
const [url, screenshots] = process.argv.slice(2);
const WAIT = { timeout: 60_000, polling: 50 };
await mkdir(screenshots, { recursive: true });
const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage();
await page.setViewport({ width: 1280, height: 900 });

const press = async (...keys) => {
    const held = keys.slice(0, -1);
    for (const key of held) await page.keyboard.down(key);
    await page.keyboard.press(keys.at(-1));
    for (const key of held.reverse()) await page.keyboard.up(key);
};
const type = (text) => page.keyboard.type(text, { delay: 30 });
// Types a new line behind the one of a number.
const append = async (line, text) => {
    await press("Control", "g");
    await page.waitForSelector(".quick-input-widget input", WAIT);
    await type(line);
    await press("Enter");
    await press("End");
    await press("Enter");
    await type(text);
};
// What a selector shows, as one text; VS Code pads with spaces that do not break.
const shown = (selector) =>
    page.$$eval(selector, (found) => found.map((element) => element.textContent).join("\n").replaceAll("\u00a0", " "));
const until = async (what, selector, text) => {
    const holds = (selector, text) => {
        const found = [...document.querySelectorAll(selector)].map((element) => element.textContent);
        const all = found.join("\n").replaceAll("\u00a0", " ");
        return text === null ? found.length === 0 : found.length > 0 && all.includes(text);
    };
    const name = what.replaceAll(/[^a-z]+/g, "-");
    try {
        await page.waitForFunction(holds, WAIT, selector, text);
        console.log(`ok ${what}`);
    } catch {
        console.log(`FAILED ${what}\nseen: ${await shown(selector)}`);
        process.exitCode = 1;
    }
    await page.screenshot({ path: join(screenshots, `${name}.png`) });
    if (process.exitCode) {
        await browser.close();
        process.exit();
    }
};

await page.goto(url, { waitUntil: "domcontentloaded" });
await until("the editor opens the project", ".explorer-folders-view .monaco-list-row", "sites");
const row = (text) => page.locator(`.explorer-folders-view .monaco-list-row[aria-label*="${text}"]`);
await row("sites").click();
await row("site.kdl").click({ count: 2 });
await until("defaults stand beside what the spec sets", ".view-lines", "default: 3600");
await until("a sound spec has no marks", ".squiggly-error, .squiggly-warning", null);
await until("words and texts have colours", ".view-line span[class*='mtk']:not(.mtk1)", "RegionOne");

await append("47", "service placement { wrokers 3 }");
await press("Escape");
await until("a misspelt setting is marked as one types", ".squiggly-error", "");
await press("F8");
await until("the message is shown at the mark", ".zone-widget", "did you mean `workers`?");
await press("Escape");
await press("Control", ".");
await until("an action mends it", ".action-widget", "workers");
await press("Enter");
await until("the mended line says the right word", ".view-lines", "service placement { workers 3 }");
await until("nothing is marked any more", ".squiggly-error", null);
await append("48", "service heat { wor");
await press("Control", "Space");
await until("a setting is completed with its documentation", ".suggest-widget", "workers");
await browser.close();
