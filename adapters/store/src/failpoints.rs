//! Lets a test end the program at any step of the store: what is kept must be whole whenever it ends.

/// A callback that receives the name of each step.
#[cfg(feature = "testkit")]
type Hook = Box<dyn Fn(&str) + Send + Sync>;

#[cfg(feature = "testkit")]
static HOOK: std::sync::OnceLock<Hook> = std::sync::OnceLock::new();

/// Sets a hook that is called before each step with its name: the first words of a statement, or `commit` and
/// `committed`. May be set once per program.
#[cfg(feature = "testkit")]
pub fn on_failpoint(hook: impl Fn(&str) + Send + Sync + 'static) {
    // A second one is a mistake of the test; the first one stays.
    let _ = HOOK.set(Box::new(hook));
}

/// Tells of a step, where a test listens.
#[cfg(feature = "testkit")]
pub(crate) fn failpoint(text: &str) {
    if let Some(hook) = HOOK.get() {
        let words: Vec<&str> = text.split_whitespace().take(3).collect();
        hook(&words.join(" "));
    }
}

/// Does nothing: there is no hook.
#[cfg(not(feature = "testkit"))]
pub(crate) fn failpoint(_: &str) {}
