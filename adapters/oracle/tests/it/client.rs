//! A machine without Oracle's client library.

use std::time::{Duration, Instant};

use pstral_core::domain::Locale;
use pstral_core::ports::{QueryTarget as _, TargetError};
use pstral_oracle::{OracleConfig, OracleTarget};

#[tokio::test]
async fn a_missing_client_is_one_clear_message_each_time() {
    // Port 9 is nobody's: where a client is found, it is refused there.
    let target = OracleTarget::new(OracleConfig::new("//127.0.0.1:9/none", "pstral", "x".to_owned().into()));
    for _ in 0..3 {
        let started = Instant::now();
        let error = target.health().await.expect_err("there is no such database");
        if matches!(error, TargetError::Unavailable(_)) {
            println!("skipped: Oracle's client library is installed here");
            return;
        }
        assert!(matches!(&error, TargetError::ClientMissing(why) if why.starts_with("DPI-1047")), "{error:?}");
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        let told = error.text().render(Locale::En);
        assert!(!told.contains("DPI"), "{told}");
    }
    let at_first_use = target.catalog().await.expect_err("there is no such database");
    assert!(matches!(at_first_use, TargetError::ClientMissing(_)), "{at_first_use:?}");
}
