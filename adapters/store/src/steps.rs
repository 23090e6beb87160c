//! Lets a test end the program at any step of the store: what is kept must be whole whenever it ends.

/// Told of each step by its name.
#[cfg(feature = "testkit")]
type Hook = Box<dyn Fn(&str) + Send + Sync>;

#[cfg(feature = "testkit")]
static HOOK: std::sync::OnceLock<Hook> = std::sync::OnceLock::new();

/// From now on every step is told by its name, before it is taken: the first words of a statement, or `commit` and
/// `committed`. Once a program.
#[cfg(feature = "testkit")]
pub fn on_step(hook: impl Fn(&str) + Send + Sync + 'static) {
    // A second one is a mistake of the test; the first one stays.
    let _ = HOOK.set(Box::new(hook));
}

/// Tells of a step, where a test listens.
#[cfg(feature = "testkit")]
pub(crate) fn step(text: &str) {
    if let Some(hook) = HOOK.get() {
        let words: Vec<&str> = text.split_whitespace().take(3).collect();
        hook(&words.join(" "));
    }
}

/// Nobody listens.
#[cfg(not(feature = "testkit"))]
pub(crate) fn step(_: &str) {}
