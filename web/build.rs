//! Puts the templates, the message catalogue and the built assets of the browser into the binary, so that one file runs anywhere.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let templates = root.join("../templates");
    let assets = root.join("ui/dist");
    let messages = root.join("../messages");
    println!("cargo::rerun-if-changed={}", templates.display());
    println!("cargo::rerun-if-changed={}", assets.display());
    println!("cargo::rerun-if-changed={}", messages.display());
    if !assets.is_dir() {
        println!(
            "cargo::warning=web/ui is not built: pages will have neither style nor script. \
             Run `npm ci && npm run build` in web/ui first."
        );
    }
    let mut code = String::new();
    write_table(&mut code, "TEMPLATES", "&str", "include_str", &templates)?;
    write_table(&mut code, "MESSAGES", "&str", "include_str", &messages)?;
    write_table(&mut code, "ASSETS", "&[u8]", "include_bytes", &assets)?;
    let target = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("embedded.rs");
    fs::write(target, code)
}

fn write_table(
    code: &mut String,
    name: &str,
    kind: &str,
    macro_name: &str,
    folder: &Path,
) -> io::Result<()> {
    let mut files = Vec::new();
    if folder.is_dir() {
        collect(folder, &mut files)?;
    }
    files.sort();
    let _ = writeln!(code, "pub static {name}: &[(&str, {kind})] = &[");
    for file in files {
        let key = file.strip_prefix(folder).expect("it was found in there");
        let (key, file) = (key.display().to_string(), file.display().to_string());
        let _ = writeln!(code, "    ({key:?}, {macro_name}!({file:?})),");
    }
    let _ = writeln!(code, "];");
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
