//! A comparison to Markdown for a pull request.
//!
//! Invariant: never more than so many bytes: the summary first, then as much as there is room for, then how much was left out.

use std::fmt::Write as _;

use super::fleet::Block;
use super::human::{body, summary};

/// The most bytes: a comment may have 65,536 characters.
pub const MOST: usize = 60_000;

/// A page of parts, each kept whole or left out, so that it stays below a size.
pub struct Page {
    text: String,
    most: usize,
    left_out: usize,
}

impl Page {
    /// A page that begins with a summary.
    pub fn new(head: &str, most: usize) -> Page {
        let mut page = Page { text: String::new(), most: most.saturating_sub(200), left_out: 0 };
        for line in head.lines() {
            page.line(line);
        }
        page
    }

    fn line(&mut self, line: &str) {
        if self.left_out == 0 && self.text.len() + line.len() < self.most {
            self.text.push_str(line);
            self.text.push('\n');
        } else {
            self.left_out += 1;
        }
    }

    /// Adds a fold; as many of its lines as there is room for.
    pub fn fold(&mut self, title: &str, lines: &str) {
        let head = format!("\n<details><summary>{}</summary>\n\n```diff\n", escaped(title));
        let tail = "```\n\n</details>\n";
        if self.left_out > 0 || self.text.len() + head.len() + tail.len() + 200 > self.most {
            self.left_out += lines.lines().count();
            return;
        }
        self.text.push_str(&head);
        self.most -= tail.len();
        for line in lines.lines() {
            // Three backticks would end the block.
            self.line(&line.replace("```", "'''"));
        }
        self.most += tail.len();
        self.text.push_str(tail);
    }

    /// The page.
    pub fn finish(mut self) -> String {
        if self.left_out > 0 {
            let _ = writeln!(self.text, "\n{} lines are left out: there is no room for them here.", self.left_out);
        }
        self.text
    }
}

/// Text between tags.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A cell of a table.
pub fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|").replace('\n', " ")
}

/// The page of a comparison.
pub fn text(blocks: &[Block], sites: usize) -> String {
    if blocks.is_empty() {
        return "## Rendered output\n\nNothing differs.\n".to_owned();
    }
    let mut head = String::from("## Rendered output\n\n| sites | what differs |\n|---|---|\n");
    for block in blocks {
        let _ = writeln!(head, "| {} | {} |", cell(&block.title(sites)), cell(&summary(&block.changes)));
    }
    let mut page = Page::new(&head, MOST);
    for block in blocks {
        let mut lines = String::new();
        body(&block.changes, &mut lines);
        // A diff block colours a line by its first character.
        let lines: String =
            lines.lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line))).collect();
        page.fold(&block.title(sites), &lines.replace("      - ", "-     ").replace("      + ", "+     "));
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_size_and_counts_what_it_leaves_out() {
        let lines: String = (0..10_000).map(|number| format!("line {number}\n")).collect();
        let mut page = Page::new("head", 5_000);
        page.fold("a", &lines);
        page.fold("b", &lines);
        let text = page.finish();
        assert!(text.len() <= 5_000, "{}", text.len());
        let shown = text.lines().filter(|line| line.starts_with("line ")).count();
        assert!(text.ends_with(&format!("\n{} lines are left out: there is no room for them here.\n", 20_000 - shown)));
        assert!(text.contains("```\n\n</details>"));
    }

    #[test]
    fn nothing_breaks_out_of_a_block() {
        let mut page = Page::new("head", 5_000);
        page.fold("<b>", "a ``` b");
        let text = page.finish();
        assert!(text.contains("&lt;b&gt;") && text.contains("a ''' b"), "{text}");
    }
}
