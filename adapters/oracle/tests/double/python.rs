//! The clients and the server that others wrote, of Python.

use pstral_pypackages::Package;

/// python-oracledb, and beside it a server of Oracle's network protocol.
pub(crate) const ORACLEDB: Package = Package {
    name: "oracledb",
    version: "26.1.0",
    beside: &[("seerdb", "3.3.0")],
    is_alone: false,
    folder: "oracledb",
    variable: "PSTRAL_TEST_ORACLEDB",
};
