//! A program made from the header that calls every function with every pointer NULL: all of them at
//! once, and each in turn while the others are valid. None may crash. A call with a status refuses
//! what may not be NULL with a message that names it, and writes its outputs; a call without one
//! answers as for an empty object. All of them leave `errno` as it was.
//!
//! A new function is in it by being in the header; a parameter of a new kind needs a line in `VALID`.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::abi::{Function, Header, Parameter};
use crate::{C_SHARED, CPP_SHARED, SANITIZERS, Way, compile, run, workshop};

/// Type and name of a parameter, its function in front where others have one of that name, `*` for
/// any; and a valid C expression for it. `samples` is what `samples.h` makes before every call.
const VALID: [(&str, &str, &str); 73] = [
    ("const char *", "public_key", "PUBLIC_KEY"),
    ("const char *", "secret_key", "SECRET_KEY"),
    ("const char *", "uc_url(id)", "samples.image"),
    ("const char *", "id", "samples.group_id"),
    ("const char *", "group_id", "samples.group_id"),
    ("const char *", "method", "\"GET\""),
    ("const char *", "body_json", "NULL"),
    ("const char *", "uc_json_get(json)", "\"{}\""),
    ("const char *", "pointer", "\"\""),
    ("const char *", "text", "\"Hello\""),
    ("const char *", "uc_upload_path(path)", "__FILE__"),
    ("const char *", "uc_request(path)", "\"/groups/?limit=1\""),
    ("const char *", "uc_convert_document(path)", "samples.document_path"),
    ("const char *", "uc_convert_video(path)", "samples.video_path"),
    ("const char *", "uc_document_info(uuid)", "samples.document"),
    ("const char *", "uuid", "samples.image"),
    ("const char *", "source", "samples.image"),
    ("const char *", "source_url", "samples.source_url"),
    ("const char *", "target", "\"backup\""),
    ("const char *", "include", "\"appdata\""),
    ("const char *", "query_json", "\"{\\\"is_image\\\":true}\""),
    ("const char *", "key", "\"pet\""),
    ("const char *", "value", "\"cat\""),
    ("const char *", "target_url", "WEBHOOK_URL"),
    ("const char *", "signature", "DELIVERY_SIGNATURE"),
    ("const char *", "addon", "\"uc_clamav_virus_scan\""),
    ("const char *", "params_json", "\"{}\""),
    ("const char *", "token", "uc_job_token(samples.job)"),
    ("const char *", "uc_url_verify(url)", "SIGNED_URL"),
    ("const char *", "url", "FILE_URL"),
    ("const char *", "secret_hex", "\"00ff\""),
    ("const char *", "uc_video_path(operations)", "\"-/format/webm/\""),
    ("const char *", "uc_document_path(operations)", "\"-/format/png/\""),
    ("const char *", "operations", "\"-/preview/\""),
    ("const char *", "filename", "\"a.jpg\""),
    ("const char *", "uc_url_group_archive(format)", "\"zip\""),
    ("const char *", "uc_ops_format(format)", "\"png\""),
    ("const char *", "quality", "\"best\""),
    ("const char *", "image", "\"self\""),
    ("const char *", "size", "\"10x10\""),
    ("const char *", "place", "\"center\""),
    ("const char *", "words", "\"Hello\""),
    ("const char *const *", "signing_secrets", "delivery_secrets"),
    ("const char *const *", "secrets_hex", "secrets_hex"),
    ("const char *const *", "*", "samples.list"),
    ("const int32_t *", "widths", "samples.widths"),
    ("const void *", "body", "DELIVERY"),
    ("const void *", "data", "DELIVERY"),
    ("const uc_client *", "*", "samples.client"),
    ("const uc_error *", "*", "samples.error"),
    ("const uc_webhook_opts *", "*", "&samples.webhook_opts"),
    ("const uc_ops *", "*", "samples.ops"),
    ("uc_ops *", "*", "samples.ops"),
    ("const uc_page *", "*", "samples.page"),
    ("uc_page *", "uc_page_next_file(page)", "samples.files_page"),
    ("uc_page *", "*", "samples.page"),
    ("const uc_group *", "*", "uc_page_group(samples.page, 0)"),
    ("const uc_file *", "*", "uc_page_file(samples.files_page, 0)"),
    ("const uc_job *", "*", "samples.job"),
    ("uc_job *", "*", "samples.job"),
    ("uc_progress_fn", "*", "go_on"),
    ("uc_read_fn", "*", "read_nothing"),
    ("int32_t", "status", "UC_ERR_AUTH"),
    ("int32_t", "*", "0"), // sides of an image, and percent
    ("int64_t", "id", "samples.webhook_id"),
    ("int64_t", "index", "0"),
    ("int64_t", "expire", "1900000000"),
    ("int64_t", "size", "-1"),
    ("size_t", "body_size", "sizeof DELIVERY - 1"),
    ("size_t", "index", "0"),
    ("size_t", "*", "1"), // the length of a list
    ("uint32_t", "timeout_ms", "0"),
    ("void *", "*", "NULL"),
];

/// Function and parameter that may be NULL. So may every `error`, and the options of all but webhooks.
const MAY_BE_NULL: [(&str, &str); 17] = [
    ("uc_client_new", "secret_key"),
    ("uc_request", "body_json"),
    ("uc_free", "owned"),
    ("uc_file_info", "include"),
    ("uc_addon_run", "params_json"),
    ("uc_job_wait", "progress"),
    ("uc_job_wait", "progress_data"),
    ("uc_upload_stream", "read_data"),
    ("uc_url", "operations"),
    ("uc_url", "filename"),
    ("uc_url_group_file", "operations"),
    ("uc_url_group_archive", "filename"),
    ("uc_url_proxy", "operations"),
    ("uc_url_srcset", "operations"),
    ("uc_url_srcset", "filename"),
    ("uc_video_path", "operations"),
    ("uc_document_path", "operations"),
];

/// What a function without a status gives for NULL, where it is not NULL, 0 elements or -1.
const GIVEN_FOR_NULL: [(&str, &str); 4] = [
    ("uc_error_status", "CHECK_INT(UC_OK, uc_error_status(NULL));"),
    ("uc_error_message", "CHECK_TEXT(\"\", uc_error_message(NULL));"),
    ("uc_error_http_status", "CHECK_INT(0, uc_error_http_status(NULL));"),
    ("uc_error_attempts", "CHECK_INT(0, uc_error_attempts(NULL));"),
];

/// What NULL in this place is a sign of. (A delivery without a signature is nobody's mistake in C.)
fn refusal(function: &Function, parameters: &[&&Parameter]) -> &'static str {
    match parameters {
        [one] if (&*function.name, &*one.name) == ("uc_webhook_read", "signature") => "UC_ERR_AUTH",
        _ => "UC_ERR_ARGUMENT",
    }
}

pub fn trials() -> impl Iterator<Item = Trial> {
    [C_SHARED, CPP_SHARED, SANITIZERS].into_iter().map(|way| {
        Trial::test(format!("every function with every pointer NULL: {}", way.name), move || passes(way))
    })
}

fn passes(way: Way) -> Result<(), Failed> {
    let program = program(&Header::read())?;
    let source = workshop().join(format!("nulls, {}.c", way.name));
    fs::write(&source, &program)?;
    let binary = source.with_extension("");
    compile(&source, &binary, way)?;
    run(&binary, way, &program)
}

fn program(header: &Header) -> Result<String, Failed> {
    for (function, parameter) in MAY_BE_NULL {
        let declared = header.functions.iter().find(|declared| declared.name == function);
        if !declared.is_some_and(|declared| declared.parameters.iter().any(|one| one.name == parameter)) {
            return Err(format!(
                "tests/nulls: MAY_BE_NULL names {function}({parameter}), which is not in the header"
            )
            .into());
        }
    }
    let mut program = include_str!("samples.h").to_owned();
    for function in &header.functions {
        let pointers: Vec<&Parameter> = function.parameters.iter().filter(|one| one.is_pointer()).collect();
        if function.parameters.iter().any(|one| one.kind == "uc_error **") {
            program += &call_with_status(function, &[])?;
            for pointer in &pointers {
                program += &call_with_status(function, &[pointer])?;
            }
            program += &call_with_status(function, &pointers)?;
        } else {
            program += &getter(function, false)?;
            if !pointers.is_empty() {
                program += &getter(function, true)?;
            }
        }
    }
    Ok(program)
}

fn may_be_null(function: &Function, parameter: &Parameter) -> bool {
    parameter.kind == "uc_error **"
        || is_optional(parameter)
        || MAY_BE_NULL.contains(&(&function.name, &parameter.name))
}

fn is_optional(parameter: &Parameter) -> bool {
    parameter.kind.ends_with("_opts *") && parameter.kind != "const uc_webhook_opts *"
}

/// What a call writes to, such as `uc_page **page`.
fn is_output(parameter: &Parameter) -> bool {
    parameter.kind.ends_with("**") && !parameter.kind.contains("const *")
}

/// An output that the page still owns.
fn is_borrowed(output: &Parameter) -> bool {
    output.kind.starts_with("const ")
}

fn valid(function: &Function, parameter: &Parameter) -> Result<String, Failed> {
    if is_output(parameter) {
        return Ok(format!("&{}", parameter.name));
    }
    if is_optional(parameter) {
        return Ok(format!("&{}", parameter.name));
    }
    let full_name = format!("{}({})", function.name, parameter.name);
    let fits = |name: &str| name == "*" || name == parameter.name || name == full_name;
    let found = VALID.iter().find(|(kind, name, _)| *kind == parameter.kind && fits(name));
    let Some((_, _, expression)) = found else {
        return Err(format!(
            "{} has a parameter that is not in VALID of tests/nulls/mod.rs: add (\"{}\", \"{}\", a C expression that is valid for it), \
             and the parameter to MAY_BE_NULL if it may be NULL",
            function.name, parameter.kind, parameter.name
        )
        .into());
    };
    Ok((*expression).to_owned())
}

/// A test that calls a function whose parameters `nulls` are NULL and the others valid.
fn call_with_status(function: &Function, nulls: &[&Parameter]) -> Result<String, Failed> {
    let is_null = |parameter: &Parameter| nulls.iter().any(|null| null.name == parameter.name);
    let refused: Vec<_> = nulls.iter().filter(|null| !may_be_null(function, null)).collect();
    let Some(error) = function.parameters.last().filter(|last| last.kind == "uc_error **") else {
        return Err(format!(
            "{} returns a uc_status, but its last parameter is not `uc_error **error`",
            function.name
        )
        .into());
    };

    let title = match nulls {
        [] => "nothing NULL".to_owned(),
        [one] => format!("{} NULL", one.name),
        _ => "every pointer NULL".to_owned(),
    };
    let mut body = String::from("    struct samples samples = samples_new();\n    uc_status status;\n");
    let mut arguments = Vec::new();
    for parameter in &function.parameters {
        if is_output(parameter) {
            let kind = parameter.kind.strip_suffix('*').unwrap();
            body += &format!("    {kind}{} = ({kind})&garbage;\n", parameter.name);
        } else if is_optional(parameter) {
            let kind = parameter.kind.strip_prefix("const ").unwrap().trim_end_matches(" *");
            let name = &parameter.name;
            body += &format!(
                "    {kind} {name};\n    memset(&{name}, 0, sizeof {name});\n    {name}.struct_size = sizeof {name};\n"
            );
        }
        arguments.push(if is_null(parameter) { "NULL".to_owned() } else { valid(function, parameter)? });
    }
    let call = format!("status = {}({})", function.name, arguments.join(", "));
    body += &format!("    errno = ERRNO;\n    {call};\n    CHECK_INT(ERRNO, errno);\n");
    if refused.is_empty() {
        body += "    CHECK(status >= 0);\n";
    } else {
        body += &format!("    CHECK_INT({}, status);\n", refusal(function, &refused));
    }
    for output in function.parameters.iter().filter(|parameter| is_output(parameter)) {
        let name = &output.name;
        if output.name == error.name {
            body += &match &refused[..] {
                _ if is_null(error) => format!("    CHECK({name} == (uc_error *)&garbage);\n"),
                [] => format!("    CHECK({name} == NULL);\n"),
                [one, ..] => format!(
                    "    CHECK_FAILS({}, status, {name});\n    CHECK_INT(0, {name}->attempts);\n    check_names({name}->message, \"{}\");\n    uc_free({name});\n",
                    refusal(function, &refused),
                    one.name
                ),
            };
        } else if is_null(output) {
            body += &format!("    CHECK((const void *){name} == (const void *)&garbage);\n");
        } else if refused.is_empty() {
            body +=
                &format!("    CHECK({name} != NULL && (const void *){name} != (const void *)&garbage);\n");
            if !is_borrowed(output) {
                body += &format!("    uc_free({name});\n");
            }
        } else {
            body += &format!("    CHECK({name} == NULL);\n");
        }
    }
    if !refused.is_empty() {
        body += "    CHECK_INT(samples.requests, requests_counted());\n";
    }
    body += "    samples_free(&samples);\n";
    Ok(format!("\nTEST(\"{}: {title}\") {{\n{body}}}\n", function.name))
}

/// A test of a function that cannot fail.
fn getter(function: &Function, with_null: bool) -> Result<String, Failed> {
    let mut arguments = Vec::new();
    for parameter in &function.parameters {
        arguments.push(if with_null && parameter.is_pointer() {
            "NULL".to_owned()
        } else {
            valid(function, parameter)?
        });
    }
    let call = format!("{}({})", function.name, arguments.join(", "));
    let returns = function.returns.as_str();
    let given = GIVEN_FOR_NULL.iter().find(|(name, _)| *name == function.name).map(|(_, line)| *line);
    let line = match (returns, given) {
        ("void", _) => format!("{call};"),
        _ if !with_null => format!("(void){call};"),
        (_, Some(line)) => line.to_owned(),
        ("size_t", _) => format!("CHECK_INT(0, {call});"),
        ("int32_t", _) if function.name.contains("_has_") => format!("CHECK_INT(0, {call});"),
        ("int64_t" | "int32_t", _) => format!("CHECK_INT(-1, {call});"),
        _ if returns.ends_with('*') => format!("CHECK({call} == NULL);"),
        _ => return Err(format!("tests/nulls: say what {} is to return for NULL", function.name).into()),
    };
    let title = if with_null { "NULL" } else { "nothing NULL" };
    let samples = "struct samples samples = samples_new();";
    let line = format!("errno = ERRNO;\n    {line}\n    CHECK_INT(ERRNO, errno);");
    Ok(format!(
        "\nTEST(\"{}: {title}\") {{\n    {samples}\n    {line}\n    samples_free(&samples);\n}}\n",
        function.name
    ))
}
