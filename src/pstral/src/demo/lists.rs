//! The lists that names and places are drawn from, in `demo/data/`.

macro_rules! list {
    ($(#[$doc:meta])* $name:ident, $file:literal) => {
        $(#[$doc])*
        pub(super) fn $name() -> Vec<&'static str> {
            lines(include_str!(concat!("../../../../demo/data/", $file)))
        }
    };
}

list!(/** First names. */ first_names, "first_names.txt");
list!(/** Surnames. */ surnames, "surnames.txt");
list!(/** What a company does, in its name. */ trades, "trades.txt");
list!(/** Where a company is, in its name, with its preposition. */ places, "places.txt");
list!(/** Coined names. */ brands, "brands.txt");
list!(/** What follows a coined name. */ activities, "activities.txt");
list!(/** Streets. */ streets, "streets.txt");
list!(/** What contracts are about. */ services, "services.txt");
list!(/** What salespeople write down. */ notes, "notes.txt");

/// A city with what its addresses and telephone numbers look like.
pub(super) struct City {
    /// With accents and article.
    pub(super) name: &'static str,
    /// The first of its postal codes; those that follow are consecutive.
    pub(super) postal_code: i64,
    /// The number of its postal codes.
    pub(super) postal_codes: i64,
    /// The start of its telephone numbers that no subscriber can have.
    pub(super) telephone: &'static str,
    /// The number of its clients, relative to the others.
    pub(super) weight: usize,
}

/// The cities, largest first.
pub(super) fn cities() -> Vec<City> {
    lines(include_str!("../../../../demo/data/cities.txt"))
        .into_iter()
        .map(|line| city(line).expect("invariant: cities.txt is well formed, checked by a test"))
        .collect()
}

fn city(line: &'static str) -> Option<City> {
    let fields: Vec<&str> = line.split(';').collect();
    let [name, postal_code, postal_codes, zone, weight] = fields.try_into().ok()?;
    Some(City {
        name,
        postal_code: postal_code.parse().ok()?,
        postal_codes: postal_codes.parse().ok()?,
        telephone: fictitious(zone)?,
        weight: weight.parse().ok()?,
    })
}

/// Ranges that the French regulator keeps for works of fiction (ARCEP, national numbering plan, decision 2018-0881).
fn fictitious(zone: &str) -> Option<&'static str> {
    ["01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49"].into_iter().find(|range| range.starts_with(zone))
}

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_holds_something_and_nothing_twice() {
        let cities: Vec<&str> = cities().iter().map(|city| city.name).collect();
        let lists = [first_names(), surnames(), trades(), places(), brands(), activities(), streets(), services()];
        for list in lists.into_iter().chain([notes(), cities]) {
            let mut once = list.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), list.len(), "{list:?}");
            assert!(list.len() >= 10, "{list:?}");
        }
    }
}
