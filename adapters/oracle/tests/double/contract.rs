//! The contract of every target.

use pstral_core::testkit::query_target::{contract, fixture};

use crate::company::{Table, company, target};

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract_through_odpi_c() {
    let tables = [
        Table { name: "ITEMS", columns: "ID INTEGER PRIMARY KEY, NAME VARCHAR2(40), PRICE NUMBER(10,2), MADE_ON DATE" },
        Table { name: "NOTES", columns: "ID INTEGER PRIMARY KEY, ITEM_ID INTEGER, TITLE VARCHAR2(40), BODY CLOB" },
    ];
    let rows: String = fixture().split_once("INSERT").map(|(_, rows)| format!("INSERT{rows}")).unwrap();
    let key =
        "INSERT INTO all_constraints (owner, constraint_name, constraint_type, table_name, r_owner, r_constraint_name)
            VALUES ('BOT', 'NOTES_FK', 'R', 'NOTES', 'BOT', 'ITEMS_PK');
        INSERT INTO all_cons_columns VALUES ('BOT', 'NOTES_FK', 1, 'ITEM_ID');";
    let oracle = company(&tables, &format!("{rows}{key}"));
    contract(&target(&oracle)).await;
}
