//! Converts Markdown to the HTML subset of Matrix:
//! <https://spec.matrix.org/v1.18/client-server-api/#mroommessage-msgtypes>.
//!
//! A model's text is data: HTML in it is shown as it is written, pictures are not fetched, and links lead to the web
//! alone, so that none is taken for somebody's name.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd, html};

use crate::table;

/// Converts a text to HTML.
pub(crate) fn html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut events = Vec::new();
    // The code block that may be a table.
    let mut block: Option<String> = None;
    let mut dropped_links = Vec::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if info.is_empty() => block = Some(String::new()),
            Event::Text(text) if block.is_some() => block.get_or_insert_default().push_str(&text),
            Event::End(TagEnd::CodeBlock) if block.is_some() => drawn(&block.take().unwrap_or_default(), &mut events),
            Event::SoftBreak => events.push(Event::HardBreak),
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            Event::Start(Tag::HtmlBlock) => events.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => events.push(Event::End(TagEnd::Paragraph)),
            // What stands for a picture stays.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Start(Tag::Link { ref dest_url, .. }) => {
                let keeps = leads_to_the_web(dest_url);
                dropped_links.push(!keeps);
                if keeps {
                    events.push(event);
                }
            }
            Event::End(TagEnd::Link) => {
                if !dropped_links.pop().unwrap_or_default() {
                    events.push(event);
                }
            }
            other => events.push(other),
        }
    }
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut out, events.into_iter());
    out.trim_end().to_owned()
}

/// Converts a code block without a language, which becomes a table if one is drawn in it.
fn drawn(code: &str, events: &mut Vec<Event<'_>>) {
    if let Some(table) = table::html(code) {
        return events.push(Event::Html(table.into()));
    }
    events.push(Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)));
    events.push(Event::Text(code.to_owned().into()));
    events.push(Event::End(TagEnd::CodeBlock));
}

/// Checks whether a link leads to the web. Clients show links to people and rooms as mentions.
fn leads_to_the_web(address: &str) -> bool {
    let address = address.to_lowercase();
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    is_web && !address.contains("matrix.to")
}

/// Escapes a text for use between tags.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn markdown_becomes_html() {
        for (markdown, expected) in [
            ("Voici **deux** clients\nde Lyon.", "<p>Voici <strong>deux</strong> clients<br />\nde Lyon.</p>"),
            ("```sql\nSELECT a < b\n```", "<pre><code class=\"language-sql\">SELECT a &lt; b\n</code></pre>"),
            ("```\nplan & cost\n```", "<pre><code>plan &amp; cost\n</code></pre>"),
            ("<img src=x onerror=y> <b>x</b>", "<p>&lt;img src=x onerror=y&gt; &lt;b&gt;x&lt;/b&gt;</p>"),
            ("<div>\nx\n</div>", "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>"),
            ("![secret](https://evil.net/x.png)", "<p>secret</p>"),
            (
                "[Zoé](https://matrix.to/#/@zoe:x) [a](javascript:b) [c](https://d.org)",
                "<p>Zoé a <a href=\"https://d.org\">c</a></p>",
            ),
        ] {
            assert_eq!(html(markdown), expected, "{markdown}");
        }
    }

    #[test]
    fn a_drawn_table_becomes_a_table() {
        let drawn = "```\nname  │ n\n──────┼──\nZoé & │ 1\nA     │ 2\n```";
        let expected = "<table><thead><tr><th>name</th><th>n</th></tr></thead><tbody>\
            <tr><td>Zoé &amp;</td><td>1</td></tr><tr><td>A</td><td>2</td></tr></tbody></table>";
        assert_eq!(html(drawn), expected);
        assert_eq!(html("```\nname\n────\nx │ y\n```"), "<pre><code>name\n────\nx │ y\n</code></pre>");
    }
}
