//! The guard approves everyday statements as they are.

use pstral_core::domain::Dialect;
use pstral_core::guard::{Guard, Policy, Verdict};
use pstral_core::testkit::statements::{catalog, statements};

#[test]
fn a_rendering_renders_as_itself() {
    // No Oracle can be asked what a statement means; the adapters' tests ask the others, with more statements.
    for (dialect, count) in [(Dialect::Oracle, 1_500), (Dialect::Postgres, 300), (Dialect::Sqlite, 300)] {
        let guard = Guard::new(&catalog(dialect), &Policy::default());
        let mut approved = 0;
        for statement in statements(dialect, 2, count) {
            let Verdict::Allow(rendered) = guard.check(&statement.sql) else { continue };
            approved += 1;
            match guard.check(rendered.text()) {
                Verdict::Allow(again) => assert_eq!(again.text(), rendered.text(), "{}", statement.sql),
                Verdict::Deny(refusal) => panic!("{refusal}\n{}\n{}", rendered.text(), statement.sql),
            }
        }
        println!("{dialect:?}: {approved} of {count} approved, each rendering as itself");
        assert!(approved * 10 > count * 9, "{dialect:?}: {approved} of {count} approved");
    }
}
