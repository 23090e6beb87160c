//! The platforms of this program: two lines each.

use std::sync::Arc;

use anyhow::Context as _;
use pstral_core::domain::Locale;
use pstral_core::ports::{ChatPlatform, Check, PlatformSection, SectionError, Surroundings};
use serde::Deserialize;

use super::left_out;
use crate::config::{Config, Fault};

/// Takes the section of a platform from its crate, or `LeftOut` if the build leaves the platform out.
macro_rules! section {
    ($feature:literal, $from:ident::$section:ident) => {
        #[cfg(not(feature = $feature))]
        use pstral_core::ports::LeftOut as $section;
        #[cfg(feature = $feature)]
        use $from::$section;
    };
}

/// The sections of several platforms, each under its name.
macro_rules! platforms {
    ($(#[$doc:meta])* $all:ident { $($name:ident: $section:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, unreachable_pub, reason = "each is documented by its adapter, and a test makes a private one")]
        pub struct $all { $(pub $name: $section,)+ }

        impl $all {
            /// Returns the names of all platforms.
            pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),+];

            /// Returns the keys of all secrets.
            pub(crate) fn secrets() -> Vec<String> {
                let of_each = [$((stringify!($name), <$section>::secrets())),+];
                let keys = of_each.iter().flat_map(|(name, keys)| keys.iter().map(move |key| key_of(name, key)));
                keys.collect()
            }

            /// Returns every section with its name.
            pub(crate) fn each(&self) -> [(&'static str, &dyn PlatformSection); Self::NAMES.len()] {
                [$((stringify!($name), &self.$name)),+]
            }

            pub(crate) fn each_mut(&mut self) -> [&mut dyn PlatformSection; Self::NAMES.len()] {
                [$(&mut self.$name),+]
            }

            /// Returns the section of a platform.
            pub(crate) fn section(&self, name: &str) -> Option<&dyn PlatformSection> {
                self.each().into_iter().find(|(known, _)| *known == name).map(|(_, section)| section)
            }

            /// Returns the name and the section of every platform that is turned on.
            pub(crate) fn enabled(&self) -> impl Iterator<Item = (&'static str, &dyn PlatformSection)> {
                self.each().into_iter().filter(|(_, section)| section.enabled())
            }

            /// Returns the errors in the values of the platforms that are turned on.
            pub(crate) fn faults(&self) -> Vec<Fault> {
                let faults = self.enabled().flat_map(|(name, section)| {
                    section.faults().into_iter().map(move |fault| Fault::new(key_of(name, fault.key), fault.sentence))
                });
                faults.collect()
            }
        }
    };
}

section!("discord", pstral_discord::DiscordSection);
section!("matrix", pstral_matrix::MatrixSection);
section!("terminal", pstral_terminal::TerminalSection);

platforms! {
    /// `[platforms]`
    Platforms {
        terminal: TerminalSection,
        discord: DiscordSection,
        matrix: MatrixSection,
    }
}

/// The platforms that the configuration turns on.
pub(crate) fn platforms(config: &Config, locale: Locale) -> anyhow::Result<Vec<Arc<dyn ChatPlatform>>> {
    let around = Surroundings { locale, ..surroundings(config) };
    let made = config.platforms.enabled().map(|(name, section)| match section.platform(&around) {
        Err(SectionError::LeftOut) => Err(left_out(name)),
        made => made.with_context(|| format!("platforms.{name}")),
    });
    made.collect()
}

/// Runs the checks of `pstral doctor` on the side of each platform that is turned on.
pub(crate) async fn platform_checks(config: &Config, locale: Locale) -> anyhow::Result<Vec<Check>> {
    let around = surroundings(config);
    let mut checks = Vec::new();
    for (name, section) in config.platforms.enabled() {
        let found = section.examine(&around).await.with_context(|| format!("platforms.{name}"))?;
        checks.extend(found.into_iter().map(|finding| finding.check(name, locale)));
    }
    Ok(checks)
}

/// Returns what a platform needs besides its section.
pub(crate) fn surroundings(config: &Config) -> Surroundings {
    Surroundings { locale: config.locale, data: config.data.clone(), styled: crate::config::colours() }
}

/// Returns the key of a platform's value in the whole configuration.
pub(crate) fn key_of(platform: &str, key: &str) -> String {
    format!("platforms.{platform}.{key}")
}

#[cfg(test)]
mod tests {
    use pstral_core::testkit::chat_platform::FakeChat;
    use secrecy::SecretString;

    use super::*;

    #[derive(Debug, Clone, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(unreachable_pub, reason = "a field of what the macro makes public")]
    pub struct ToySection {
        enabled: bool,
        #[serde(default, deserialize_with = "pstral_core::ports::secret")]
        token: Option<SecretString>,
    }

    impl PlatformSection for ToySection {
        fn secrets() -> &'static [&'static str] {
            &["token"]
        }

        fn enabled(&self) -> bool {
            self.enabled
        }

        fn faults(&self) -> Vec<pstral_core::ports::SectionFault> {
            let missing = self.token.is_none().then(|| pstral_core::text::text("config-missing"));
            missing.map(|sentence| pstral_core::ports::SectionFault::new("token", sentence)).into_iter().collect()
        }

        fn platform(&self, _: &Surroundings) -> Result<Arc<dyn ChatPlatform>, SectionError> {
            Ok(Arc::new(FakeChat::default()))
        }
    }

    platforms! {
        /// A registry with one line more.
        WithToy { terminal: TerminalSection, toy: ToySection, absent: pstral_core::ports::LeftOut, }
    }

    #[test]
    fn a_section_and_a_line_are_a_platform() {
        let read = |toy: &str| -> WithToy {
            let terminal = "[terminal]\nenabled = false\n[absent]\nenabled = true\nits = \"key\"\n";
            toml::from_str(&format!("{terminal}[toy]\nenabled = true\n{toy}")).unwrap()
        };
        assert_eq!(WithToy::NAMES, ["terminal", "toy", "absent"]);
        assert_eq!(WithToy::secrets(), ["platforms.toy.token"]);
        let faults = read("").faults();
        assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), ["platforms.toy.token"]);
        let mut platforms = read("token = \"x\"");
        assert!(platforms.faults().is_empty() && platforms.section("toy").unwrap().place_fault(" ").is_some());
        assert_eq!(platforms.each_mut().len(), 3);
        let around = Surroundings { locale: Locale::En, data: std::path::PathBuf::new(), styled: false };
        let made: Vec<_> =
            platforms.enabled().map(|(name, section)| (name, section.platform(&around).is_ok())).collect();
        assert_eq!(made, [("toy", true), ("absent", false)]);
    }
}
