//! That those who watch the programs really do: each of these programs is wrong, and must die of it.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::{SANITIZERS, THREADS, VALGRIND, Way, compile, run, workshop};

struct Wrong {
    name: &'static str,
    way: Way,
    /// What stands before main(), and in it.
    before: &'static str,
    body: &'static str,
    /// What is said of it.
    verdict: &'static str,
}

const WRONG: [Wrong; 8] = [
    Wrong {
        name: "ASan is linked: a heap overflow dies",
        way: SANITIZERS,
        before: "static char *volatile text;",
        body: "text = (char *)calloc(8, 1); count = text[7 + count]; free(text); return count;",
        verdict: "heap-buffer-overflow",
    },
    Wrong {
        name: "ASan sees the library's memory: an error read after uc_free() dies",
        way: SANITIZERS,
        before: "",
        body: "uc_error *error; uc_client_new(NULL, NULL, NULL, NULL, &error); uc_free(error); return error->attempts;",
        verdict: "heap-use-after-free",
    },
    Wrong {
        name: "ASan finds a leak: an error never freed dies",
        way: SANITIZERS,
        before: "",
        body: "uc_error *error; uc_client_new(NULL, NULL, NULL, NULL, &error); error = NULL;",
        verdict: "detected memory leaks",
    },
    Wrong {
        name: "UBSan is linked: a signed overflow dies",
        way: SANITIZERS,
        before: "",
        body: "int number = 2147483647; number += count; return number == 7;",
        verdict: "signed integer overflow",
    },
    Wrong {
        name: "valgrind watches: an error read after uc_free() dies",
        way: VALGRIND,
        before: "",
        body: "uc_error *error; uc_client_new(NULL, NULL, NULL, NULL, &error); uc_free(error); return error->attempts;",
        verdict: "Invalid read",
    },
    Wrong {
        name: "valgrind watches: an error never freed dies",
        way: VALGRIND,
        before: "",
        body: "uc_error *error; uc_client_new(NULL, NULL, NULL, NULL, &error); error = NULL;",
        verdict: "definitely lost",
    },
    Wrong {
        name: "valgrind watches: a client never freed dies",
        way: VALGRIND,
        before: "",
        body: "uc_client *client; uc_client_new(\"key\", \"secret\", NULL, &client, NULL); client = NULL;",
        verdict: "definitely lost",
    },
    Wrong {
        name: "TSan sees into the library: a page asked while another thread moves it dies",
        way: THREADS,
        before: "static int done;
            static void *ask(void *page) {
                while (!__atomic_load_n(&done, __ATOMIC_RELAXED)) {
                    uc_page_count((const uc_page *)page);
                    poll(NULL, 0, 1);
                }
                return NULL;
            }",
        body: "uc_client_opts opts;
            uc_client *client;
            uc_page *page;
            pthread_t thread;
            memset(&opts, 0, sizeof opts);
            opts.struct_size = sizeof opts;
            opts.api_base = getenv(\"UC_TEST_BASE\");
            if (uc_client_new(\"demopublickey\", \"demosecretkey\", &opts, &client, NULL) != UC_OK) return 1;
            if (uc_groups_list(client, NULL, &page, NULL) != UC_OK) return 1;
            pthread_create(&thread, NULL, ask, page);
            uc_page_next(page, NULL);
            uc_page_next(page, NULL);
            __atomic_store_n(&done, 1, __ATOMIC_RELAXED);
            pthread_join(thread, NULL);
            uc_free(page);
            uc_free(client);",
        verdict: "data race",
    },
];

pub fn trials() -> impl Iterator<Item = Trial> {
    WRONG.into_iter().enumerate().map(|(number, wrong)| {
        Trial::test(wrong.name, move || {
            let source = workshop().join(format!("wrong {number}.c"));
            let (before, body) = (wrong.before, wrong.body);
            fs::write(
                &source,
                format!(
                    "#include <poll.h>\n#include <pthread.h>\n#include <stdlib.h>\n#include <string.h>\n#include <uploadcare.h>\n{before}\n\
                     int main(int count, char **words) {{\n(void)count;\n(void)words;\n{body}\nreturn 0;\n}}\n"
                ),
            )?;
            let program = source.with_extension("");
            compile(&source, &program, wrong.way)?;
            dies(run(&program, wrong.way, ""), wrong.verdict)
        })
    })
}

fn dies(end: Result<(), Failed>, verdict: &str) -> Result<(), Failed> {
    let Err(output) = end else { return Err("it ended well".into()) };
    let output = output.message().unwrap_or_default();
    if output.contains(verdict) {
        return Ok(());
    }
    Err(format!("\"{verdict}\" is not in its output:\n{output}").into())
}
