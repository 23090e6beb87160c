//! Addresses of the page.

use axum::http::Uri;
use url::Url;

/// The address whose parts are these, whatever they hold.
pub(super) fn path<'s>(segments: impl IntoIterator<Item = &'s str>) -> String {
    let mut url = Url::parse("http://page/").expect("invariant: it is an address");
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url.path().to_owned()
}

/// An address of this page that is safe to lead to: another one becomes the beginning.
pub(super) fn local(address: &str) -> String {
    let is_path = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
    let parsed = address.parse::<Uri>().ok().filter(|parsed| parsed.authority().is_none() && parsed.scheme().is_none());
    if is_path && parsed.is_some() { address.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_address_stay_parts() {
        assert_eq!(path(["audit", "a/b?c#d%", "3"]), "/audit/a%2Fb%3Fc%23d%25/3");
        assert_eq!(path([]), "/");
    }

    #[test]
    fn only_addresses_of_the_page_are_followed() {
        for address in ["/", "/audit?user=camille&since=7d", "/audit/a%2Fb/3"] {
            assert_eq!(local(address), address);
        }
        for address in [
            "",
            "audit",
            "//evil.test/",
            "/\\evil.test",
            "https://evil.test/",
            "javascript:alert(1)",
            "/\r\nset-cookie: x",
            "/a b",
            "/\t/evil.test",
        ] {
            assert_eq!(local(address), "/", "{address}");
        }
    }
}
