//! The same report as Markdown and as HTML: the same sections in the same order, nothing left out or added.

use std::fmt::Write as _;

use super::{RunReport, banner, sections};

/// Markdown; every block of a section is a literal one, as what people compare must not be set anew.
pub(super) fn markdown(report: &RunReport) -> String {
    let mut out = format!("# {}\n", banner(report));
    for (title, blocks) in sections::numbered(report) {
        let _ = writeln!(out, "\n## {title}");
        for block in blocks {
            // A fence longer than any in the text.
            let fence = "`".repeat(longest(&block).max(2) + 1);
            let _ = write!(out, "\n{fence}text\n{}\n{fence}\n", block.join("\n"));
        }
    }
    out
}

/// The longest run of backticks in a block.
fn longest(block: &[String]) -> usize {
    let runs = block.iter().flat_map(|line| line.split(|c| c != '`'));
    runs.map(str::len).max().unwrap_or(0)
}

/// One page of HTML, without script, style sheet from elsewhere, or link.
pub(super) fn html(report: &RunReport) -> String {
    let banner = escaped(&banner(report));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{banner}</title>\n\
         <style>body{{max-width:76ch;margin:2em auto;font-family:monospace}}pre{{white-space:pre-wrap}}\
         section{{break-inside:avoid-page}}</style>\n<h1>{banner}</h1>\n"
    );
    for (title, blocks) in sections::numbered(report) {
        let _ = writeln!(out, "<section>\n<h2>{}</h2>", escaped(&title));
        for block in blocks {
            let _ = writeln!(out, "<pre>{}</pre>", escaped(&block.join("\n")));
        }
        out.push_str("</section>\n");
    }
    out.push_str("</html>\n");
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::{Exception, RunReport};
    use super::*;

    #[test]
    fn both_hold_every_section_of_the_text_and_escape_what_it_says() {
        let report = RunReport {
            done: "First key. Completed as written.".into(),
            profile: "test".into(),
            exceptions: vec![Exception {
                what: "<b>```x".into(),
                ..Exception::default()
            }],
            ..RunReport::default()
        };
        let (text, markdown, html) = (
            super::super::text(&report),
            markdown(&report),
            html(&report),
        );
        for (title, _) in sections::numbered(&report) {
            for whole in [&text, &markdown, &html] {
                assert!(whole.contains(&title), "{title}");
            }
        }
        assert!(
            html.contains("&lt;b&gt;") && !html.contains("<b>"),
            "{html}"
        );
        assert!(markdown.contains("````text"), "{markdown}");
        assert!(markdown.starts_with("# keymoot run report - TEST KEYS"));
    }
}
