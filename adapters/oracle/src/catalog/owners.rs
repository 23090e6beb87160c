//! The schemas included in the catalog: all but Oracle's own.

use pstral_core::ports::TargetError;

use crate::calls::BoundedSession;
use crate::statement::query_all;

/// Accounts that come with the database, where it does not say so itself (before 12c).
/// <https://docs.oracle.com/cd/E11882_01/network.112/e36292/guidelines.htm> lists them.
const MAINTAINED: &[&str] = &[
    "ANONYMOUS",
    "APEX_030200",
    "APEX_PUBLIC_USER",
    "APPQOSSYS",
    "BI",
    "CTXSYS",
    "DBSNMP",
    "DIP",
    "DMSYS",
    "EXFSYS",
    "FLOWS_FILES",
    "LBACSYS",
    "MDDATA",
    "MDSYS",
    "MGMT_VIEW",
    "OLAPSYS",
    "ORACLE_OCM",
    "ORDDATA",
    "ORDPLUGINS",
    "ORDSYS",
    "OUTLN",
    "OWBSYS",
    "OWBSYS_AUDIT",
    "SI_INFORMTN_SCHEMA",
    "SPATIAL_CSW_ADMIN_USR",
    "SPATIAL_WFS_ADMIN_USR",
    "SYS",
    "SYSMAN",
    "SYSTEM",
    "TSMSYS",
    "WKPROXY",
    "WKSYS",
    "WK_TEST",
    "WMSYS",
    "XDB",
    "XS$NULL",
];

/// The way in which Oracle's own accounts are recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemSchemas {
    /// By a column of the dictionary, in 12c and later.
    ByDictionary,
    /// By a list of names, before 12c.
    ByList,
}

impl SystemSchemas {
    /// Determines which way the database supports.
    pub(crate) fn of(bounded: &mut BoundedSession<'_>) -> Result<Self, TargetError> {
        match query_all(bounded, "SELECT oracle_maintained FROM all_users WHERE ROWNUM = 1", &[]) {
            Ok(_) => Ok(Self::ByDictionary),
            Err(TargetError::Rejected(_)) => Ok(Self::ByList),
            Err(other) => Err(other),
        }
    }

    /// Builds a condition that holds for the included owners; `column` is the name of the owner's column.
    pub(crate) fn condition(self, column: &str) -> String {
        match self {
            Self::ByDictionary => format!("{column} IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')"),
            Self::ByList => format!("{column} NOT IN ('PUBLIC', '{}')", MAINTAINED.join("', '")),
        }
    }
}
