//! What cbindgen writes, taken apart into items.

use std::iter::Peekable;
use std::str::Lines;

/// A declaration with its comment.
#[derive(Debug, PartialEq)]
pub struct Item {
    pub name: String,
    /// Its lines, without the slashes.
    pub comment: Vec<String>,
    pub kind: Kind,
}

#[derive(Debug, PartialEq)]
pub enum Kind {
    /// Each member is `UC_OK = 0`.
    Enum(Vec<Member>),
    /// Each member is `const char *code`.
    Struct(Vec<Member>),
    /// A struct whose fields are the library's own.
    Opaque,
    Function(Signature),
    /// A pointer to a function.
    Callback(Signature),
    /// The value of a macro.
    Constant(String),
}

#[derive(Debug, PartialEq)]
pub struct Member {
    pub comment: Vec<String>,
    pub text: String,
}

#[derive(Debug, PartialEq)]
pub struct Signature {
    /// `const char *` or `int32_t `: what stands directly before the name.
    pub returns: String,
    pub parameters: Vec<String>,
    /// What stands behind the parameters.
    pub suffix: String,
}

impl Item {
    /// The types of this library that it names, each with whether its size has to be known: it is not
    /// behind a pointer.
    pub fn uses(&self) -> Vec<(String, bool)> {
        let texts: Vec<&str> = match &self.kind {
            Kind::Enum(_) | Kind::Opaque | Kind::Constant(_) => Vec::new(),
            Kind::Struct(fields) => fields.iter().map(|field| field.text.as_str()).collect(),
            Kind::Function(signature) | Kind::Callback(signature) => {
                let parameters = signature.parameters.iter().map(String::as_str);
                [signature.returns.as_str()].into_iter().chain(parameters).collect()
            }
        };
        let named = |text: &str| {
            let kind = words(text).find(|word| word.starts_with("uc_"))?;
            Some((kind.to_owned(), !text.contains('*')))
        };
        texts.into_iter().filter_map(named).collect()
    }

    pub fn is_type(&self) -> bool {
        !matches!(self.kind, Kind::Function(_))
    }
}

/// The identifiers in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Reads the declarations of a header. The lines of the preprocessor around an enum, which say in
/// which languages it has a type, are left out, as are the typedefs that go with it.
pub fn read(header: &str) -> Result<Vec<Item>, String> {
    let mut items: Vec<Item> = Vec::new();
    let mut lines = header.lines().peekable();
    loop {
        let comment = comment(&mut lines);
        let Some(line) = lines.next() else { return Ok(items) };
        let (name, kind) = if let Some(definition) = line.strip_prefix("#define ") {
            let (name, value) =
                definition.split_once(' ').ok_or_else(|| format!("a macro without a value: {line}"))?;
            (name.to_owned(), Kind::Constant(value.trim().to_owned()))
        } else if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
            continue;
        } else if let Some(name) = line.strip_prefix("enum ") {
            (name.trim_end_matches([' ', '{']).to_owned(), Kind::Enum(members(&mut lines, ',')?.0))
        } else if line == "typedef struct {" {
            let (fields, name) = members(&mut lines, ';')?;
            (name, Kind::Struct(fields))
        } else {
            let statement = statement(line, &mut lines);
            let Some((name, kind)) = declaration(&statement)? else { continue };
            (name, kind)
        };
        items.push(Item { name, comment, kind });
    }
}

fn comment(lines: &mut Peekable<Lines>) -> Vec<String> {
    let mut comment = Vec::new();
    while let Some(text) = lines.peek().and_then(|line| line.trim_start().strip_prefix("///")) {
        comment.push(text.strip_prefix(' ').unwrap_or(text).to_owned());
        lines.next();
    }
    comment
}

/// The members of a struct or an enum, and the name behind the closing brace.
fn members(lines: &mut Peekable<Lines>, end: char) -> Result<(Vec<Member>, String), String> {
    let mut members = Vec::new();
    loop {
        let comment = comment(lines);
        let line = lines.next().ok_or("a struct or enum that does not end")?.trim();
        if let Some(name) = line.strip_prefix('}') {
            return Ok((members, name.trim_matches([' ', ';']).to_owned()));
        }
        let is_member = !line.is_empty() && !line.starts_with(['#', ':', '{']);
        if is_member {
            let text =
                line.strip_suffix(end).ok_or_else(|| format!("no member of a struct or enum: {line}"))?;
            members.push(Member { comment, text: text.to_owned() });
        }
    }
}

/// The statement that begins with this line, on one line and without its semicolon.
fn statement(line: &str, lines: &mut Peekable<Lines>) -> String {
    let mut statement = line.trim().to_owned();
    while !statement.ends_with(';') {
        let Some(line) = lines.next() else { break };
        statement = format!("{statement} {}", line.trim());
    }
    statement.trim_end_matches(';').to_owned()
}

/// None for the typedef of an enum.
fn declaration(statement: &str) -> Result<Option<(String, Kind)>, String> {
    let Some(definition) = statement.strip_prefix("typedef ") else {
        let (name, signature) = signature(statement)?;
        return Ok(Some((name, Kind::Function(signature))));
    };
    if definition.contains('(') {
        let plain = definition.replacen("(*", "", 1).replacen(')', "", 1);
        let (name, signature) = signature(&plain)?;
        return Ok(Some((name, Kind::Callback(signature))));
    }
    match definition.split_whitespace().collect::<Vec<_>>()[..] {
        ["struct", _, name] => Ok(Some((name.to_owned(), Kind::Opaque))),
        ["enum", ..] | ["int32_t", _] => Ok(None),
        _ => Err(format!("a typedef that is not understood: {statement}")),
    }
}

fn signature(text: &str) -> Result<(String, Signature), String> {
    let understood = || {
        let (before, rest) = text.split_once('(')?;
        let (parameters, suffix) = rest.split_once(')')?;
        let name = words(before).last()?;
        let returns = before.strip_suffix(name)?;
        (!parameters.contains('(')).then_some((name, returns, parameters, suffix))
    };
    let (name, returns, parameters, suffix) =
        understood().ok_or_else(|| format!("neither a type nor a function: {text}"))?;
    let parameters = parameters.split(',').map(|parameter| parameter.trim().to_owned()).collect();
    Ok((name.to_owned(), Signature { returns: returns.to_owned(), parameters, suffix: suffix.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(header: &str) -> Item {
        let mut items = read(header).unwrap();
        assert_eq!(items.len(), 1, "{items:?}");
        items.remove(0)
    }

    #[test]
    fn an_enum_has_no_lines_of_the_preprocessor() {
        let header = "
/// How.
///
///     like this
enum uc_how
#if __STDC_VERSION__ >= 202311L
  : int32_t
#endif // __STDC_VERSION__ >= 202311L
 {
    /// So.
    UC_SO = 0,
    UC_ELSE = -1,
};
#if __STDC_VERSION__ >= 202311L
typedef enum uc_how uc_how;
#else
typedef int32_t uc_how;
#endif
";
        let Item { name, comment, kind } = one(header);
        assert_eq!(
            (name.as_str(), comment),
            ("uc_how", vec!["How.".into(), "".into(), "    like this".into()])
        );
        let Kind::Enum(members) = kind else { panic!("{kind:?}") };
        let members: Vec<_> = members.iter().map(|member| (&member.comment[..], &member.text[..])).collect();
        assert_eq!(members, [(&["So.".to_owned()][..], "UC_SO = 0"), (&[][..], "UC_ELSE = -1")]);
    }

    #[test]
    fn a_struct_uses_by_value_what_is_not_behind_a_pointer() {
        let item = one(
            "typedef struct {\n    uc_b b;\n    const uc_c *const *c;\n    uc_d_fn d;\n    size_t e;\n} uc_a;\n",
        );
        let uses = [("uc_b", true), ("uc_c", false), ("uc_d_fn", true)];
        assert_eq!(item.uses(), uses.map(|(name, by_value)| (name.to_owned(), by_value)));
        assert_eq!(one("typedef struct uc_e uc_e;\n").kind, Kind::Opaque);
    }

    #[test]
    fn a_function_has_a_suffix_and_may_take_several_lines() {
        let item = one("const char *uc_a(const uc_b *b,\n                 size_t size) UC_SYMBOL(\"c\");\n");
        assert_eq!(item.name, "uc_a");
        let Kind::Function(signature) = item.kind else { panic!("{:?}", item.kind) };
        assert_eq!(signature.returns, "const char *");
        assert_eq!(signature.parameters, ["const uc_b *b", "size_t size"]);
        assert_eq!(signature.suffix, " UC_SYMBOL(\"c\")");
    }

    #[test]
    fn a_callback_is_a_pointer_to_a_function() {
        let item = one("typedef int32_t (*uc_a_fn)(void *a_data, const char *text);\n");
        assert_eq!(item.name, "uc_a_fn");
        let Kind::Callback(signature) = item.kind else { panic!("{:?}", item.kind) };
        assert_eq!(signature.returns, "int32_t ");
        assert_eq!(signature.parameters, ["void *a_data", "const char *text"]);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert!(read("typedef uint8_t uc_bytes[16];\n").unwrap_err().contains("uc_bytes"));
        assert!(read("void uc_a(void (*b)(int));\n").unwrap_err().contains("uc_a"));
        assert!(read("typedef struct {\n    int b\n} uc_a;\n").unwrap_err().contains("int b"));
    }
}
