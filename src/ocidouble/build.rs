//! Compiles the double into a shared library under the name that ODPI-C looks for.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCES: &str = "c";

fn main() {
    println!("cargo:rerun-if-changed={SOURCES}");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("client");
    fs::create_dir_all(&folder).expect("the build's folder can be written");
    let library = folder.join("libclntsh.so");
    let compiled = compile(&library);
    assert!(compiled.success(), "the double of Oracle's client does not compile");
    println!("cargo:rustc-env=OCI_DOUBLE={}", folder.display());
}

/// SQLite is taken from where its own crate has built it, and hidden: the program under test may have another.
fn compile(library: &Path) -> std::process::ExitStatus {
    let of_sqlite = |name: &str| PathBuf::from(env::var_os(name).expect("libsqlite3-sys builds SQLite"));
    let sqlite = of_sqlite("DEP_SQLITE3_LIB_DIR").join("libsqlite3.a");
    let mut build = cc::Build::new();
    build.include(of_sqlite("DEP_SQLITE3_INCLUDE")).pic(true).warnings(true).opt_level(1).debug(true);
    let mut command: Command = build.get_compiler().to_command();
    let sources = fs::read_dir(SOURCES).expect("they are there").map(|entry| entry.expect("it can be read").path());
    command.args(sources.filter(|path| path.extension().is_some_and(|end| end == "c")));
    command
        .args(["-std=gnu11", "-D_GNU_SOURCE", "-shared", "-fvisibility=hidden", "-Werror", "-pthread", "-o"])
        .arg(library)
        .arg(sqlite);
    command.args(["-Wl,--exclude-libs,ALL", "-Wl,-Bsymbolic", "-lm", "-ldl"]);
    command.status().expect("a C compiler is there: ODPI-C needs one too")
}
