//! The header in every language that it is for: by the system's compiler and by clang, which is
//! installed where that is possible.

use std::fmt::Write;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::items::Kind;
use crate::library::root;
use crate::library::workshop::{install_unless, output, succeeds};
use crate::{Parts, file};

const STANDARDS: [&str; 8] = ["gnu89", "c99", "c11", "c2x", "c++11", "c++17", "c++20", "c++2b"];

const STRICT: [&str; 8] = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wundef",
    "-Wmissing-field-initializers",
    "-Wmissing-braces",
];

/// A folder for what is made here.
fn workshop() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("header");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn has_clang() -> bool {
    let works = || succeeds(Command::new("clang++").arg("--version"));
    let has = panic::catch_unwind(|| install_unless(works, &["clang"])).is_ok();
    if !has {
        eprintln!("skipped: there is no clang, and it was not to be installed");
    }
    has
}

/// Those that are there, each as a compiler of C and one of C++.
fn compilers() -> Vec<[String; 2]> {
    let named = |variable, default: &str| std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    let mut compilers = vec![[named("CC", "cc"), named("CXX", "c++")]];
    if has_clang() {
        compilers.push(["clang".to_owned(), "clang++".to_owned()]);
    }
    compilers
}

/// A compiler's command for `source`, which is a program in the common part of C and C++.
fn compile([c, cpp]: &[String; 2], standard: &str, name: &str, source: &str) -> Command {
    let is_cpp = standard.starts_with("c++");
    let words = if is_cpp { cpp } else { c };
    let file = workshop().join(format!("{name} {words} {standard}.{}", if is_cpp { "cpp" } else { "c" }));
    fs::write(&file, source).unwrap();
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().expect("CC and CXX are not empty"));
    command.args(words).arg(format!("-std={standard}")).args(STRICT).arg(&file);
    match is_cpp {
        true => command.args(["-Wold-style-cast", "-Wzero-as-null-pointer-constant"]),
        false => command.args(["-Wstrict-prototypes", "-Wmissing-prototypes"]),
    };
    command
}

/// Its comments are not those of C89, so that they are not looked at there.
fn include(standard: &str) -> PathBuf {
    if standard != "gnu89" {
        return root().join("include");
    }
    let folder = workshop().join("without comments");
    fs::create_dir_all(&folder).unwrap();
    let header = fs::read_to_string(file()).unwrap();
    let lines = header.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n");
    fs::write(folder.join("uploadcare.h"), lines.collect::<String>()).unwrap();
    folder
}

/// In each language, by each compiler.
fn everywhere(name: &str, source: &str, finish: impl Fn(Command, &Path)) {
    for compilers in compilers() {
        for standard in STANDARDS {
            let mut command = compile(&compilers, standard, name, source);
            command.arg("-pedantic").arg("-I").arg(include(standard));
            finish(command, &workshop().join(format!("{name} {} {standard}", compilers[0])));
        }
    }
}

fn compiles_everywhere(name: &str, source: &str) {
    everywhere(name, source, |mut command, _| drop(output(command.arg("-fsyntax-only"))));
}

fn runs_everywhere(name: &str, source: &str) {
    everywhere(name, source, |mut command, program| {
        output(command.arg("-o").arg(program));
        output(&mut Command::new(program));
    });
}

#[test]
fn it_stands_alone_twice_included() {
    let twice = "#include <uploadcare.h>\n#include <uploadcare.h>\nint main(void) { return 0; }\n";
    compiles_everywhere("alone", twice);
    // With its comments, which gcc takes in gnu89 unless it is pedantic.
    let [c, cpp] = &compilers()[0];
    let mut command = compile(&[c.clone(), cpp.clone()], "gnu89", "comments", twice);
    output(command.arg("-fsyntax-only").arg("-I").arg(root().join("include")));
}

#[test]
fn every_struct_may_be_declared_before() {
    let (mut before, mut after) = (String::new(), String::new());
    for item in Parts::once().items.iter().filter(|item| matches!(item.kind, Kind::Struct(_) | Kind::Opaque))
    {
        let name = &item.name;
        writeln!(before, "struct {name};\nstruct {name} *same_{name}(struct {name} *one);").unwrap();
        writeln!(after, "{name} *same_{name}({name} *one) {{ return one; }}").unwrap();
    }
    compiles_everywhere(
        "declared",
        &format!("{before}#include <uploadcare.h>\n{after}int main(void) {{ return 0; }}\n"),
    );
}

#[test]
fn every_initializer_sets_struct_size_and_nothing_else() {
    let (mut outside, mut inside) = (String::new(), String::new());
    for item in Parts::once().items.iter().filter(|item| item.name.ends_with("_opts")) {
        let Kind::Struct(fields) = &item.kind else { panic!("{} is no struct", item.name) };
        let (name, macro_name) = (&item.name, item.name.to_uppercase() + "_INIT");
        writeln!(outside, "static {name} outside_{name} = {macro_name};").unwrap();
        writeln!(inside, "    {{\n        {name} inside = {macro_name};").unwrap();
        for place in [format!("outside_{name}"), "inside".to_owned()] {
            writeln!(inside, "        wrong += {place}.struct_size != sizeof({name});").unwrap();
            for field in &fields[1..] {
                let declared = field.text.rsplit([' ', '*']).next().unwrap();
                let (field, elements) =
                    declared.trim_end_matches(']').split_once('[').unwrap_or((declared, "1"));
                let index = if declared.ends_with(']') { "[at]" } else { "" };
                writeln!(
                    inside,
                    "        for (at = 0; at < {elements}; at++) wrong += !!{place}.{field}{index};"
                )
                .unwrap();
            }
        }
        inside += "    }\n";
    }
    assert!(outside.contains("uc_groups_opts"), "{outside}");
    let source = format!(
        "#include <uploadcare.h>\n{outside}int main(void)\n{{\n    int wrong = 0, at;\n{inside}    return wrong;\n}}\n"
    );
    runs_everywhere("initializers", &source);
}

/// Declared a second time as functions and callbacks are on Windows: a compiler that calls otherwise by
/// default sees the difference.
#[test]
fn it_is_valid_for_windows_with_its_calling_convention() {
    if !has_clang() {
        return;
    }
    let source = "#include <uploadcare.h>
        #ifdef __cplusplus
        extern \"C\"
        #endif
        void __cdecl uc_free(void *owned);
        static void __cdecl hear(void *data, int32_t level, const char *line)
        {
            (void)data, (void)level, (void)line;
        }
        uc_log_fn heard(void);
        uc_log_fn heard(void) { return hear; }
        ";
    let clang = ["clang".to_owned(), "clang++".to_owned()];
    for target in ["x86_64-pc-windows-msvc", "i686-pc-windows-msvc"] {
        for standard in STANDARDS.iter().filter(|standard| **standard != "gnu89") {
            let mut command = compile(&clang, standard, target, source);
            command.args([
                "-fsyntax-only",
                "-ffreestanding",
                "-fms-extensions",
                "-fms-compatibility",
                "-DUC_STATIC",
            ]);
            if target.starts_with("i686") {
                command.arg("-mrtd");
            }
            command.args(["-Wno-missing-prototypes", "-target", target, "-I"]);
            output(command.arg(root().join("include")));
        }
    }
}

#[test]
fn functions_stay_visible_where_others_are_hidden() {
    let source =
        "#include <uploadcare.h>\nvoid uc_client_cancel(const uc_client *client) { (void)client; }\n";
    let library = workshop().join("visible.so");
    for compilers in compilers() {
        let mut command = compile(&compilers, "c99", "visible", source);
        command.args(["-shared", "-fPIC", "-fvisibility=hidden", "-I"]).arg(root().join("include"));
        output(command.arg("-o").arg(&library));
        let names = output(Command::new("nm").args(["-D", "--defined-only"]).arg(&library));
        assert!(names.contains("uc_client_cancel"), "{names}");
    }
}
