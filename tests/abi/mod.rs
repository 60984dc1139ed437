//! The binary interface: what the header declares, what the libraries export, how structs are laid
//! out. Names that begin with `abi:` are compared with the committed files of this folder.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::{
    NATIVE_LIBRARIES, committed, compiler, finishes, header, install, libraries, succeeds, workshop,
};

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("abi: the shared library exports tests/abi/symbols.txt", symbols),
        Trial::test("every exported function is in the header, and the other way round", header_is_complete),
        Trial::test("the static library has no global name but uc_*", archive_is_closed),
        Trial::test("the static library meets another one of Rust in one program", two_archives),
        Trial::test("the shared library's name is libuploadcare.so.0", soname),
        Trial::test("a status of a later version is a value like any other in C++", unknown_status),
    ];
    let pinned = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    trials.extend(LAYOUTS.map(|(file, flags)| {
        Trial::test(format!("abi: structs and constants are as in {file}"), move || layout(file, flags))
            .with_ignored_flag(!pinned)
    }));
    trials
}

/// A function of the header.
pub struct Function {
    pub name: String,
    /// The name that programs are linked with, where it is another.
    pub symbol: Option<String>,
    pub returns: String,
    pub parameters: Vec<Parameter>,
}

pub struct Parameter {
    /// Such as `const uc_client *` or `uc_page **`: a space before the stars, none after.
    pub kind: String,
    pub name: String,
}

impl Parameter {
    pub fn is_pointer(&self) -> bool {
        self.kind.ends_with('*') || self.kind.ends_with("_fn")
    }
}

/// What the header declares, read by the regularity of its style.
#[derive(Default)]
pub struct Header {
    pub functions: Vec<Function>,
    /// The names of the structs with those of their fields.
    pub structs: Vec<(String, Vec<String>)>,
    pub constants: Vec<String>,
}

impl Header {
    pub fn read() -> Self {
        let mut read = Self::default();
        for statement in statements(&header()) {
            read.take(&statement);
        }
        for line in header().lines() {
            let mut words = line.split_whitespace();
            if words.next() == Some("#define")
                && let (Some(name), Some(value), None) = (words.next(), words.next(), words.next())
                && value.parse::<i64>().is_ok()
            {
                read.constants.push(name.to_owned());
            }
        }
        assert!(!read.functions.is_empty() && !read.structs.is_empty(), "the header was not understood");
        read
    }

    fn take(&mut self, statement: &str) {
        let plain = statement.trim_start_matches("typedef ").trim_start();
        if let Some((before, rest)) = statement.split_once('{') {
            let (body, _) = rest.rsplit_once('}').expect("a closing brace");
            if let Some(name) = plain.strip_prefix("struct ").and_then(|rest| rest.split_whitespace().next())
            {
                let fields = body.split(';').filter(|field| !field.trim().is_empty()).flat_map(declared);
                self.structs.push((name.to_owned(), fields.collect()));
            } else if plain.starts_with("UC_ENUM(") {
                let names = body.split(',').filter_map(|constant| constant.split('=').next());
                let names = names.map(str::trim).filter(|name| !name.is_empty());
                self.constants.extend(names.map(str::to_owned));
            } else {
                panic!("neither struct nor enum: {before}");
            }
        } else if statement.starts_with("typedef ") || plain.starts_with("struct ") {
            // An opaque type, or the type of a callback.
        } else if let Some((before, rest)) = statement.split_once('(') {
            let before = before.trim_start_matches("UC_API ").replacen("UC_CALL ", "", 1);
            let (returns, name) = parameter(&before);
            let (rest, symbol) = match rest.split_once(" UC_SYMBOL(") {
                Some((rest, symbol)) => (rest, Some(symbol.trim_matches(['"', ')']).to_owned())),
                None => (rest, None),
            };
            let parameters =
                rest.trim_end_matches(')').split(',').map(str::trim).filter(|one| *one != "void");
            let parameters = parameters.map(parameter).map(|(kind, name)| Parameter { kind, name }).collect();
            self.functions.push(Function { name, symbol, returns, parameters });
        } else {
            panic!("not understood in the header: {statement}");
        }
    }
}

/// The declarations of a C file, on one line each: without comments, the preprocessor's lines and
/// what is for C++ only.
fn statements(text: &str) -> Vec<String> {
    let text: String =
        text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n").collect();
    let mut code = String::new();
    let mut rest = text.as_str();
    while let Some((before, comment)) = rest.split_once("/*") {
        code += before;
        rest = comment.split_once("*/").expect("the end of a comment").1;
    }
    code += rest;
    let mut statements = vec![String::new()];
    let (mut depth, mut for_cpp) = (0, false);
    let code = code.replace("\\\n", " ");
    for line in code.lines() {
        let line = line.trim();
        if line.starts_with('#') {
            for_cpp = line.starts_with("#ifdef __cplusplus");
            continue;
        }
        if for_cpp {
            continue;
        }
        for character in line.chars().chain([' ']) {
            let statement = statements.last_mut().unwrap();
            match character {
                ';' if depth == 0 => statements.push(String::new()),
                ' ' if statement.is_empty() || statement.ends_with(' ') => {}
                _ => {
                    depth += i32::from(character == '{') - i32::from(character == '}');
                    statement.push(character);
                }
            }
        }
    }
    let statements = statements.iter().map(|statement| statement.trim().to_owned());
    statements.filter(|statement| !statement.is_empty()).collect()
}

/// The names that a declaration like `int64_t width, height` declares.
fn declared(declaration: &str) -> Vec<String> {
    declaration.split(',').map(|one| parameter(one.trim()).1).collect()
}

/// `const char *const *tags` is `tags` of the type `const char *const *`.
fn parameter(declaration: &str) -> (String, String) {
    let declaration = declaration.trim();
    let start = declaration.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    (declaration[..start].trim().to_owned(), declaration[start..].to_owned())
}

/// The names with their versions: `uc_free@@UPLOADCARE_0`.
fn exported() -> Result<BTreeSet<String>, Failed> {
    let names = succeeds(
        Command::new("nm").args(["-D", "--defined-only"]).arg(libraries().join("libuploadcare.so")),
    )?;
    let names = names.lines().filter_map(|line| line.split_whitespace().last());
    Ok(names.filter(|name| *name != "UPLOADCARE_0").map(str::to_owned).collect())
}

fn symbols() -> Result<(), Failed> {
    let lines: String = exported()?.iter().map(|name| format!("{name}\n")).collect();
    committed("tests/abi/symbols.txt", &lines)
}

fn header_is_complete() -> Result<(), Failed> {
    let names = |function: Function| [Some(function.name), function.symbol];
    let declared = Header::read().functions.into_iter().flat_map(names).flatten();
    let declared: BTreeSet<String> = declared.map(|name| name + "@@UPLOADCARE_0").collect();
    let exported = exported()?;
    let undeclared: Vec<_> = exported.difference(&declared).collect();
    let missing: Vec<_> = declared.difference(&exported).collect();
    if undeclared.is_empty() && missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "exported but not in the header: {undeclared:?}; in the header but not exported: {missing:?}"
    )
    .into())
}

fn archive_is_closed() -> Result<(), Failed> {
    let archive = libraries().join("libuploadcare.a");
    let names = succeeds(
        Command::new("nm").args(["--defined-only", "--extern-only", "--format=posix"]).arg(archive),
    )?;
    let names: BTreeSet<&str> = names
        .lines()
        .filter(|line| !line.ends_with(':'))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let foreign: Vec<_> = names.iter().filter(|name| !name.starts_with("uc_")).take(20).collect();
    // These two have only the names that the header gives them.
    let ours = names.contains("uc_uploadcare_version") && names.contains("uc_uploadcare_free");
    let others = names.contains("uc_version") || names.contains("uc_free");
    match foreign.is_empty() && ours && !others {
        true => Ok(()),
        false => Err(format!(
            "{} names: ours {ours}, another library's {others}, and also {foreign:?}",
            names.len()
        )
        .into()),
    }
}

fn two_archives() -> Result<(), Failed> {
    let folder = workshop().join("two archives");
    fs::create_dir_all(&folder)?;
    // It allocates, formats and catches a panic: what brings in the most of Rust's runtime.
    fs::write(
        folder.join("second.rs"),
        r#"
            #[unsafe(no_mangle)]
            pub extern "C" fn second_length(number: i32) -> usize {
                let caught = std::panic::catch_unwind(|| if number < 0 { panic!("negative") } else { vec![number; 3] });
                caught.map_or(0, |numbers| format!("{numbers:?}").len())
            }
        "#,
    )?;
    let archive = folder.join("libsecond.a");
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    succeeds(
        Command::new(rustc)
            .args(["--crate-type=staticlib", "--crate-name=second", "--edition=2024", "-O", "-o"])
            .arg(&archive)
            .arg(folder.join("second.rs")),
    )?;
    let source = folder.join("main.c");
    fs::write(
        &source,
        r#"
            #include <stdio.h>
            #include <uploadcare.h>
            size_t second_length(int32_t number);
            int main(void) {
                uc_error *error;
                uc_status status = uc_client_new(NULL, NULL, NULL, NULL, &error);
                printf("%s %s\n", uc_version(), error->message);
                uc_free(error);
                return !(status == UC_ERR_ARGUMENT && second_length(7) == 9 && second_length(-1) == 0);
            }
        "#,
    )?;
    let program = folder.join("both");
    let mut link = compiler(false);
    link.args(["-std=c99", "-o"]).arg(&program).arg(&source);
    link.arg(libraries().join("libuploadcare.a")).arg(&archive);
    succeeds(link.args(NATIVE_LIBRARIES))?;
    finishes(Command::new(&program), &folder.join("log"))?;

    // The other order, too: either may be the one whose members are looked at first.
    let mut link = compiler(false);
    link.args(["-std=c99", "-o"]).arg(&program).arg(&source);
    link.arg(&archive).arg(libraries().join("libuploadcare.a"));
    succeeds(link.args(NATIVE_LIBRARIES))?;
    finishes(Command::new(&program), &folder.join("log"))
}

fn soname() -> Result<(), Failed> {
    let dynamic = succeeds(Command::new("readelf").arg("-dW").arg(libraries().join("libuploadcare.so")))?;
    let soname = dynamic.lines().find(|line| line.contains("(SONAME)")).unwrap_or("no SONAME at all");
    if !soname.ends_with("[libuploadcare.so.0]") {
        return Err(soname.into());
    }
    // What a linked program asks for must be found beside the libraries.
    let found = libraries().join("libuploadcare.so.0");
    if found.exists() { Ok(()) } else { Err(format!("{} is not there", found.display()).into()) }
}

/// For 64 bits; for 32 bits where the compiler aligns 64-bit values to 4 bytes, as on i686; and where
/// it aligns them to 8, as on ARM.
const LAYOUTS: [(&str, &[&str]); 3] = [
    ("tests/abi/layout.txt", &[]),
    ("tests/abi/layout-32.txt", &["-m32"]),
    ("tests/abi/layout-32-aligned.txt", &["-m32", "-malign-double"]),
];

fn layout(file: &str, flags: &[&str]) -> Result<(), Failed> {
    // In an order that does not hang on how the header is arranged.
    let mut header = Header::read();
    header.structs.sort();
    header.constants.sort();
    let mut lines = String::new();
    for (name, fields) in &header.structs {
        lines += &format!("printf(\"{name} %d\\n\", (int)sizeof({name}));\n");
        for field in fields {
            lines += &format!(
                "printf(\"{name}.{field} %d %d\\n\", (int)offsetof({name}, {field}), (int)sizeof((({name} *)0)->{field}));\n"
            );
        }
    }
    for name in &header.constants {
        lines += &format!("printf(\"{name} %d\\n\", (int)({name}));\n");
    }
    let source = workshop().join(Path::new(file).file_name().unwrap()).with_extension("c");
    fs::write(
        &source,
        format!(
            "#include <stdio.h>\n#include <stddef.h>\n#include <uploadcare.h>\nint main(void) {{\n{lines}return 0;\n}}\n"
        ),
    )?;
    let program = source.with_extension("");
    for more in ["-O1", "-fshort-enums"] {
        let compile = || {
            let mut compile = compiler(false);
            compile.args(flags).args(["-std=c99", more]).arg(&source).arg("-o").arg(&program);
            compile
        };
        if flags.contains(&"-m32") {
            install::install_unless(|| install::succeeds(&mut compile()), &["gcc-multilib"]);
        }
        succeeds(&mut compile())?;
        let told = succeeds(&mut Command::new(&program))?;
        let is_aligned = flags.contains(&"-malign-double");
        every_byte_is_a_fields(&told, if is_aligned { 4 } else { 0 })?;
        committed(file, &told)?;
    }
    Ok(())
}

/// No struct has more padding than this: a record that is declared by hand needs none either. (Where
/// pointers have 32 bits and other fields are aligned to 64, an odd number of pointers leaves 4 bytes.)
fn every_byte_is_a_fields(layout: &str, most: usize) -> Result<(), Failed> {
    let (mut structure, mut left) = ("", 0);
    for line in layout.lines().chain(["uc_end 0"]) {
        let words: Vec<_> = line.split(' ').collect();
        if !words[0].starts_with("uc_") {
            continue;
        }
        let size: usize = words[words.len() - 1].parse()?;
        if words[0].contains('.') {
            left -= size;
            continue;
        }
        if left > most {
            return Err(format!("{structure} has {left} bytes of padding: name them `reserved`").into());
        }
        (structure, left) = (words[0], size);
    }
    Ok(())
}

/// A status of a later version is a value like any other.
fn unknown_status() -> Result<(), Failed> {
    let source = workshop().join("unknown status.cpp");
    fs::write(
        &source,
        r#"
            #include <cstring>
            #include <uploadcare.h>
            static_assert(sizeof(uc_status) == 4 && sizeof(uc_log_level) == 4, "32 bits");
            int main(int count, char **) {
                int32_t later = count * -77;
                uc_status status;
                std::memcpy(&status, &later, sizeof status);
                switch (status) {
                case UC_OK: return 1;
                default: return !(status < 0 && std::strcmp(uc_status_name(status), "UC_ERR_UNKNOWN") == 0);
                }
            }
        "#,
    )?;
    let program = source.with_extension("");
    let mut compile = compiler(true);
    compile.args(["-std=c++11", "-fsanitize=undefined", "-fno-sanitize-recover=all", "-fshort-enums"]);
    compile
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .arg(libraries().join("libuploadcare.a"))
        .args(NATIVE_LIBRARIES);
    succeeds(&mut compile)?;
    finishes(Command::new(&program), &program.with_extension("log"))
}
