//! Glob patterns with `*` for any letters and `?` for one, as Matrix uses them in server access lists.

/// Checks whether a name matches a pattern, ignoring case, as names of servers do.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut at, mut read) = (0, 0);
    // Where the last star stands, and how much it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[read] => {
                at += 1;
                read += 1;
            }
            _ => match &mut star {
                Some((stands, taken)) => {
                    *taken += 1;
                    (at, read) = (*stands + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_mean_names() {
        for (pattern, name, expected) in [
            ("@zoe:example.org", "@zoe:example.org", true),
            ("@zoe:example.org", "@zoe:example.org.evil.net", false),
            ("*:example.org", "@zoe:example.org", true),
            ("*:example.org", "@zoe:EXAMPLE.org", true),
            ("*:example.org", "@zoe:badexample.org", false),
            ("*:*.example.org", "@zoe:hr.example.org", true),
            ("*:*.example.org", "@zoe:example.org", false),
            ("@?oe:*", "@zoe:x", true),
            ("*", "", true),
            ("", "@zoe:x", false),
            ("*a*b*c", "xxaxxbxxaxbxc", true),
            ("*a*b*c", "xxaxxbxx", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
