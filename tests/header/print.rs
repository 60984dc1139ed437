//! The header from its items in order.

use std::collections::BTreeSet;

use crate::items::{Item, Kind, Member, Signature};
use crate::order::Order;
use crate::sections::Section;
use crate::wrap::{WIDTH, wrap};

const MACROS: &Section = &Section {
    title: "Macros",
    about: "The version of this header, values of options, and what its declarations are made of.",
    takes: &[],
};

/// `intro` is the comment at the top, and `preamble` is the first section, of macros.
pub fn print(order: &Order, sections: &[Section], intro: &str, preamble: &str) -> Result<String, String> {
    let intro: Vec<String> = intro.trim().lines().map(uncommented).collect();
    let mut header = wrap("//", &intro);
    header += &contents(order, sections, &macros(preamble));
    header += "\n#ifndef UPLOADCARE_H\n#define UPLOADCARE_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n";
    header += &banner(1, MACROS);
    header += preamble.trim();
    header += "\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
    header += &forward(order);
    for (number, (items, section)) in order.sections.iter().zip(sections).enumerate() {
        if !items.is_empty() {
            header += &banner(number + 2, section);
            for item in items {
                header += &declaration(item, &order.forward)?;
                header.push('\n');
            }
        }
    }
    header += "#ifdef __cplusplus\n}\n#endif\n\n#endif // UPLOADCARE_H\n";
    Ok(header)
}

fn uncommented(line: &str) -> String {
    let text = line.strip_prefix("//").unwrap_or(line);
    text.strip_prefix(' ').unwrap_or(text).to_owned()
}

/// The table of contents: each section with the names of its items.
fn contents(order: &Order, sections: &[Section], macros: &[&str]) -> String {
    let first = format!(" 1. {}: {}", MACROS.title, macros.join(", "));
    let mut lines = vec![String::new(), "Contents".to_owned(), String::new(), first];
    for (number, (items, section)) in order.sections.iter().zip(sections).enumerate() {
        if !items.is_empty() {
            let names = items.iter().map(|item| match item.kind {
                Kind::Function(_) => format!("{}()", item.name),
                _ => item.name.clone(),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            lines.push(format!("{:>2}. {}: {names}", number + 2, section.title));
        }
    }
    wrap("//", &lines)
}

/// The names of the macros that a text defines, and of those that a program may define.
pub fn macros(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for line in text.lines() {
        let asked_for = || line.find("defined(UC_").map(|at| &line[at + "defined(".len()..]);
        let named = line.strip_prefix("#define ").or_else(asked_for);
        if let Some(name) = named.and_then(|named| named.split([' ', '(', ')']).next())
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

fn banner(number: usize, section: &Section) -> String {
    let rule = format!("// {}\n", "-".repeat(WIDTH - 3));
    let about = wrap("//", &[section.about.to_owned()]);
    format!("{rule}// {number}. {}\n//\n{about}{rule}\n", section.title)
}

/// Types that are behind a pointer before they are defined.
fn forward(order: &Order) -> String {
    if order.forward.is_empty() {
        return String::new();
    }
    let mut lines = "// Used before they are defined, each in its section.\n".to_owned();
    for item in order.sections.iter().flatten().filter(|item| order.forward.contains(item.name.as_str())) {
        lines += &format!("typedef struct {0} {0};\n", item.name);
    }
    lines + "\n"
}

fn declaration(item: &Item, forward: &BTreeSet<&str>) -> Result<String, String> {
    let name = &item.name;
    let is_declared = forward.contains(name.as_str());
    let text = match &item.kind {
        Kind::Enum(members) => enumeration(name, members),
        Kind::Opaque if is_declared => format!("struct {name};\n"),
        Kind::Opaque => format!("typedef struct {name} {name};\n"),
        Kind::Struct(fields) => structure(name, fields, is_declared)?,
        Kind::Function(signature) => function("UC_API ", &format!("UC_CALL {name}"), signature),
        Kind::Callback(signature) => function("typedef ", &format!("(UC_CALL *{name})"), signature),
        Kind::Constant(value) => format!("#define {name} {value}\n"),
    };
    Ok(wrap("///", &item.comment) + &text)
}

/// No comma after the last: C89 has none.
fn enumeration(name: &str, members: &[Member]) -> String {
    let last = members.len().saturating_sub(1);
    let line = |(place, member): (usize, &Member)| {
        let comma = if place == last { "" } else { "," };
        format!("{}    {}{comma}\n", wrap("    ///", &member.comment), member.text)
    };
    let members: String = members.iter().enumerate().map(line).collect();
    format!("UC_ENUM({name})\n{{\n{members}}};\n")
}

fn structure(name: &str, fields: &[Member], is_declared: bool) -> Result<String, String> {
    let lines =
        fields.iter().map(|field| format!("{}    {};\n", wrap("    ///", &field.comment), field.text));
    let lines: String = lines.collect();
    let mut text = match is_declared {
        true => format!("struct {name} {{\n{lines}}};\n"),
        false => format!("typedef struct {name} {{\n{lines}}} {name};\n"),
    };
    if name.ends_with("_opts") {
        text += &initializer(name, fields)?;
    }
    Ok(text)
}

/// `#define UC_GROUPS_OPTS_INIT`, with a value for every field: no compiler asks for more.
fn initializer(name: &str, fields: &[Member]) -> Result<String, String> {
    if fields.first().is_none_or(|field| field.text != "size_t struct_size") {
        return Err(format!("{name} has to begin with struct_size, as all that end in _opts"));
    }
    let mut values = vec![format!("sizeof({name})")];
    for field in &fields[1..] {
        values.push(zero(&field.text).ok_or_else(|| {
            format!(
                "the header has no value for `{}` of {name}: see zero() in tests/header/print.rs",
                field.text
            )
        })?);
    }
    let mut lines = vec![format!("#define {}_INIT", name.to_uppercase())];
    let mut line = format!("    {{ {}", values[0]);
    for value in &values[1..] {
        line.push(',');
        if line.len() + 1 + value.len() > WIDTH - 4 {
            lines.push(std::mem::replace(&mut line, "     ".to_owned()));
        }
        line += &format!(" {value}");
    }
    lines.push(line + " }");
    Ok(lines.join(" \\\n") + "\n")
}

/// What a field is when it is not set, as C and C++ write it without a conversion.
fn zero(field: &str) -> Option<String> {
    let kind = field.split_whitespace().next()?;
    let is_number = kind == "size_t" || kind == "double" || (kind.contains("int") && kind.ends_with("_t"));
    let value = match () {
        () if field.ends_with(']') => "{ 0 }",
        () if field.contains('*') || kind.ends_with("_fn") => "UC_NULL",
        () if is_number => "0",
        () => return None,
    };
    Some(value.to_owned())
}

/// On one line, or else each parameter on its own.
fn function(before: &str, name: &str, signature: &Signature) -> String {
    let Signature { returns, parameters, suffix } = signature;
    let start = format!("{before}{returns}{name}(");
    let line = format!("{start}{}){suffix};\n", parameters.join(", "));
    if line.trim_end().len() <= WIDTH {
        return line;
    }
    format!("{start}\n    {}){suffix};\n", parameters.join(",\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items;

    fn printed(header: &str) -> Result<String, String> {
        let items = items::read(header)?;
        items.iter().map(|item| declaration(item, &BTreeSet::from(["uc_later"]))).collect()
    }

    #[test]
    fn a_macro_is_named_once() {
        assert_eq!(
            macros(
                "#if A && !defined(UC_C)\n#define UC_A 1\n#else\n#define UC_A\n#endif\n#define UC_B(c) c\n"
            ),
            ["UC_C", "UC_A", "UC_B"]
        );
    }

    #[test]
    fn the_last_enumerator_has_no_comma() {
        assert_eq!(
            printed("/// A.\nenum uc_a {\n    /// B.\n    UC_B = 0,\n    UC_C = 1,\n};\n").unwrap(),
            "/// A.\nUC_ENUM(uc_a)\n{\n    /// B.\n    UC_B = 0,\n    UC_C = 1\n};\n"
        );
    }

    #[test]
    fn a_struct_that_was_declared_has_no_second_typedef() {
        let now = printed("typedef struct {\n    int a;\n} uc_now;\n").unwrap();
        assert_eq!(now, "typedef struct uc_now {\n    int a;\n} uc_now;\n");
        let later = printed("typedef struct {\n    int a;\n} uc_later;\n").unwrap();
        assert_eq!(later, "struct uc_later {\n    int a;\n};\n");
        assert_eq!(printed("typedef struct uc_now uc_now;\n").unwrap(), "typedef struct uc_now uc_now;\n");
        assert_eq!(printed("typedef struct uc_later uc_later;\n").unwrap(), "struct uc_later;\n");
    }

    #[test]
    fn an_options_struct_has_an_initializer() {
        let made = printed(
            "typedef struct {\n    size_t struct_size;\n    int32_t b;\n    const char *c;\n    uc_d_fn d;\n    \
             double e;\n    uint32_t reserved[2];\n} uc_a_opts;\n",
        );
        let (_, made) = made.as_ref().unwrap().split_once("uc_a_opts;\n").unwrap();
        assert_eq!(
            made,
            "#define UC_A_OPTS_INIT \\\n    { sizeof(uc_a_opts), 0, UC_NULL, UC_NULL, 0, { 0 } }\n"
        );
    }

    #[test]
    fn a_long_initializer_is_broken() {
        let fields = "    const char *text;\n".repeat(20);
        let header = format!("typedef struct {{\n    size_t struct_size;\n{fields}}} uc_a_opts;\n");
        let made = printed(&header).unwrap();
        let (_, made) = made.split_once("#define").unwrap();
        assert_eq!((made.matches("UC_NULL").count(), made.matches('\\').count()), (20, 3));
        assert!(made.lines().all(|line| line.len() <= WIDTH), "{made}");
    }

    #[test]
    fn options_that_cannot_be_initialized_are_named() {
        let error = printed("typedef struct {\n    int32_t b;\n} uc_a_opts;\n").unwrap_err();
        assert!(error.contains("uc_a_opts has to begin with struct_size"), "{error}");
        let error =
            printed("typedef struct {\n    size_t struct_size;\n    uc_b b;\n} uc_a_opts;\n").unwrap_err();
        assert!(error.contains("`uc_b b` of uc_a_opts"), "{error}");
    }

    #[test]
    fn a_function_has_one_line_or_one_for_each_parameter() {
        assert_eq!(printed("const char *uc_a(void);\n").unwrap(), "UC_API const char *UC_CALL uc_a(void);\n");
        let long = "b".repeat(75);
        let made = printed(&format!("void uc_a(int {long}, int c) D;\n")).unwrap();
        assert_eq!(made, format!("UC_API void UC_CALL uc_a(\n    int {long},\n    int c) D;\n"));
        assert_eq!(
            printed("typedef int (*uc_a_fn)(void *a);\n").unwrap(),
            "typedef int (UC_CALL *uc_a_fn)(void *a);\n"
        );
    }
}
