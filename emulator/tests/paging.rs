//! The listing of groups pages as the service's does.

mod client;

use client::*;
use serde_json::{Value, json};

const ORDERS: [(&str, bool); 3] =
    [("", false), ("&ordering=datetime_created", false), ("&ordering=-datetime_created", true)];

fn ordered(mut ids: Vec<String>, is_reversed: bool) -> Vec<String> {
    if is_reversed {
        ids.reverse();
    }
    ids
}

#[test]
fn every_group_comes_once_in_both_orders_whatever_the_limit() {
    let emulator = emulator(250);
    let truth = truth(&emulator);
    assert_eq!(truth.len(), 250);
    for (ordering, is_reversed) in ORDERS {
        for limit in [1, 7, 100, 125, 249, 250, 251, 1000] {
            let pages = walk(&emulator, &format!("/groups/?limit={limit}{ordering}"), "next");
            assert_eq!(pages.len(), 250_usize.div_ceil(limit));
            assert!(ids_of_all(&pages) == ordered(truth.clone(), is_reversed), "{limit} {ordering}");
        }
    }
}

#[test]
fn every_group_comes_once_when_all_have_the_same_time() {
    let emulator = emulator(0);
    control(&emulator, "POST", "reset", r#"{"groups":250,"same_time":true}"#);
    let truth = truth(&emulator);
    for (ordering, is_reversed) in ORDERS {
        for limit in [1, 7, 100, 250] {
            let pages = walk(&emulator, &format!("/groups/?limit={limit}{ordering}"), "next");
            assert_eq!(pages.len(), 250_usize.div_ceil(limit));
            assert!(ids_of_all(&pages) == ordered(truth.clone(), is_reversed), "{limit} {ordering}");
        }
    }
}

#[test]
fn groups_are_added_at_a_time_behind_those_that_have_it_or_in_front_of_them() {
    let emulator = emulator(0);
    control(&emulator, "POST", "reset", r#"{"groups":3,"same_time":true}"#);
    let before = truth(&emulator);
    let add = |more: Value| {
        let mut order = json!({"count": 2, "datetime_created": "2020-01-01T00:00:00Z"});
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let told = control(&emulator, "POST", "groups", &order.to_string());
        told["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let behind = add(json!({}));
    let mut in_front = add(json!({"in_front": true}));
    in_front.reverse();
    let earlier = add(json!({"datetime_created": "2019-12-31T23:59:59.999999Z"}));
    let all = [earlier, in_front, before, behind].concat();
    assert_eq!(truth(&emulator), all);
    assert_eq!(ids_of_all(&walk(&emulator, "/groups/?limit=2", "next")), all);
    for id in &all {
        assert_eq!(get(&emulator, &format!("/groups/{id}/")).status, 200, "{id}");
    }
}

#[test]
fn files_are_added_at_a_time() {
    let emulator = emulator(1);
    let order = r#"{"count":2,"datetime_uploaded":"2019-01-01T00:00:00Z"}"#;
    let added = control(&emulator, "POST", "files", order)["uuids"].clone();
    let first = get(&emulator, "/files/?limit=2").json();
    assert_eq!(json!([first["results"][0]["uuid"], first["results"][1]["uuid"]]), added);
}

#[test]
fn previous_leads_back_to_the_first_page_over_the_same_pages() {
    let emulator = emulator(250);
    for same_time in [false, true] {
        control(&emulator, "POST", "reset", &json!({"groups": 250, "same_time": same_time}).to_string());
        for (ordering, _) in ORDERS {
            for limit in [7, 100, 125] {
                let forwards = walk(&emulator, &format!("/groups/?limit={limit}{ordering}"), "next");
                let before_last = link(&emulator, &forwards[forwards.len() - 1], "previous").unwrap();
                let mut backwards = walk(&emulator, &before_last, "previous");
                backwards.reverse();
                assert_eq!(forwards[0]["previous"], Value::Null);
                assert_eq!(backwards.len(), forwards.len() - 1);
                for (forth, back) in forwards.iter().zip(&backwards) {
                    assert_eq!(forth["results"], back["results"], "{same_time} {limit} {ordering}");
                }
            }
        }
    }
}

#[test]
fn a_way_back_can_be_turned_and_loses_nothing() {
    let emulator = emulator(0);
    control(&emulator, "POST", "reset", r#"{"groups":100,"same_time":true}"#);
    let pages = walk(&emulator, "/groups/?limit=30", "next");
    let back = get(&emulator, &link(&emulator, &pages[3], "previous").unwrap()).json();
    let further_back = get(&emulator, &link(&emulator, &back, "previous").unwrap()).json();
    let rest = walk(&emulator, &link(&emulator, &further_back, "next").unwrap(), "next");
    assert_eq!(ids_of_all(&rest), ids_of_all(&pages[2..]));
}

#[test]
fn next_starts_at_the_last_group_with_microseconds_and_offset_0() {
    let emulator = emulator(250);
    let page = get(&emulator, "/groups/?limit=10").json();
    let next = format!(
        "{}/groups/?limit=10&from=2020-01-01T09%3A00%3A00.000009%2B00%3A00&offset=0",
        emulator.base()
    );
    assert_eq!(page["next"], json!(next));
    assert_eq!(page["results"][9]["datetime_created"], "2020-01-01T09:00:00.000009Z");
}

#[test]
fn previous_ends_at_the_first_group_of_the_page() {
    let emulator = emulator(250);
    let page = walk(&emulator, "/groups/?limit=10", "next").swap_remove(1);
    let previous =
        format!("{}/groups/?limit=10&offset=0&to=2020-01-01T10%3A00%3A00.000010%2B00%3A00", emulator.base());
    assert_eq!(page["previous"], json!(previous));
}

#[test]
fn offset_counts_the_groups_of_one_time_that_were_given() {
    let emulator = emulator(0);
    control(&emulator, "POST", "reset", r#"{"groups":25,"same_time":true}"#);
    let offsets = walk(&emulator, "/groups/?limit=10", "next")
        .iter()
        .filter_map(|page| page["next"].as_str().map(|next| next.rsplit_once('=').unwrap().1.to_owned()))
        .collect::<Vec<_>>();
    assert_eq!(offsets, ["10", "20"]);
}

#[test]
fn the_ordering_is_repeated_in_the_links_when_it_was_given() {
    let emulator = emulator(30);
    for (ordering, is_given) in
        [("", false), ("&ordering=datetime_created", true), ("&ordering=-datetime_created", true)]
    {
        let pages = walk(&emulator, &format!("/groups/?limit=10{ordering}"), "next");
        for link in [&pages[1]["next"], &pages[1]["previous"]] {
            assert_eq!(link.as_str().unwrap().contains("ordering"), is_given);
            assert!(link.as_str().unwrap().ends_with(ordering));
        }
    }
}

#[test]
fn from_is_exclusive_to_the_microsecond_in_both_orders() {
    let emulator = emulator(250);
    let truth = truth(&emulator);
    let all_from = |query: &str| ids_of_all(&walk(&emulator, &format!("/groups/?limit=40&{query}"), "next"));
    assert_eq!(all_from("from=2020-01-05T04:00:00.000099Z"), truth[100..]);
    assert_eq!(all_from("from=2020-01-05T04:00:00.000100Z"), truth[101..]);
    let before = all_from("from=2020-01-05T04:00:00.000100Z&ordering=-datetime_created");
    assert_eq!(before, ordered(truth[..100].to_vec(), true));
    let before = all_from("from=2020-01-05T04:00:00.000101Z&ordering=-datetime_created");
    assert_eq!(before, ordered(truth[..101].to_vec(), true));
}

#[test]
fn from_may_have_any_zone_any_fraction_or_none() {
    let emulator = emulator(250);
    let truth = truth(&emulator);
    for from in [
        "2020-01-05T07:00:00%2B03:00",
        "2020-01-05T04:00:00Z",
        "2020-01-05T04:00:00.0",
        "2020-01-04T22:30:00-05:30",
    ] {
        let page = get(&emulator, &format!("/groups/?limit=5&from={from}")).json();
        assert_eq!(ids(&page["results"]), truth[100..105], "{from}");
    }
}

#[test]
fn past_the_last_group_is_an_empty_page_and_the_total_is_still_that_of_the_project() {
    let emulator = emulator(250);
    let page = get(&emulator, "/groups/?from=2030-01-01T00:00:00Z").json();
    assert_eq!(page, json!({"next": null, "previous": null, "total": 250, "per_page": 100, "results": []}));
    let page = get(&emulator, "/groups/?from=2020-01-05T04:00:00Z&limit=3").json();
    assert_eq!((&page["total"], &page["per_page"]), (&json!(250), &json!(3)));
}

#[test]
fn an_empty_project_is_one_empty_page() {
    let emulator = emulator(0);
    let page = get(&emulator, "/groups/").json();
    assert_eq!(page, json!({"next": null, "previous": null, "total": 0, "per_page": 100, "results": []}));
}

#[test]
fn a_listing_goes_on_when_groups_are_deleted_under_it() {
    let emulator = emulator(30);
    let truth = truth(&emulator);
    let page = get(&emulator, "/groups/?limit=10").json();
    for id in [&truth[0], &truth[9], &truth[10]] {
        assert_eq!(ask(&emulator, &Request::signed("DELETE", &format!("/groups/{id}/"))).status, 204);
    }
    let rest = walk(&emulator, &link(&emulator, &page, "next").unwrap(), "next");
    assert_eq!(ids_of_all(&rest), truth[11..]);
    assert_eq!(rest[0]["total"], 27);
}

#[test]
fn parameters_out_of_range_are_400_with_the_field_and_why() {
    let emulator = emulator(3);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("from=yesterday", "from"),
        ("from=2020-01-01", "from"),
        ("from=2020-01-01T00:00:00.000000+00:00", "from"), // a bare plus is a space
        ("ordering=size", "ordering"),
        ("ordering=", "ordering"),
        ("offset=-1", "offset"),
    ] {
        let reply = get(&emulator, &format!("/groups/?{query}"));
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.json()[field][0].is_string(), "{query}: {}", reply.text());
    }
    assert_eq!(get(&emulator, "/groups/?limit=1000&offset=0&unknown=1&&=").status, 200);
}

#[test]
fn links_lead_to_the_address_that_the_request_came_in_on() {
    let emulator = emulator(3);
    let port = emulator.base().rsplit_once(':').unwrap().1;
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), "uploadcare.example".to_owned()] {
        let page = ask(&emulator, &Request::signed("GET", "/groups/?limit=1").with("Host", &host)).json();
        assert!(page["next"].as_str().unwrap().starts_with(&format!("http://{host}/groups/?limit=1&")));
        assert!(page["results"][0]["url"].as_str().unwrap().starts_with(&format!("http://{host}/groups/")));
    }
}

#[test]
fn asked_as_a_proxy_it_answers_for_the_path() {
    let emulator = emulator(3);
    let target = "http://uploadcare.example/groups/?limit=1";
    let request = Request::signed("GET", "/groups/?limit=1").with("Host", "uploadcare.example").to(target);
    let page = ask(&emulator, &request).json();
    assert!(page["next"].as_str().unwrap().starts_with("http://uploadcare.example/groups/?limit=1&"));
    assert_eq!(logged(&emulator, 0)["target"], target);
}
