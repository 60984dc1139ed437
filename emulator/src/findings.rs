//! What the add-ons find in a file, as its `appdata` tells it.

use serde_json::{Value, json};

pub fn entry(addon: &str, data: Value, time: &str) -> Value {
    let version = match addon {
        "uc_clamav_virus_scan" => "1.0.1",
        "remove_bg" => "1.0",
        _ => "2016-06-27",
    };
    json!({"version": version, "datetime_created": time, "datetime_updated": time, "data": data})
}

pub fn labels() -> Value {
    json!({"LabelModelVersion": "3.0", "Labels": [{
        "Name": "Pineapple", "Confidence": 99.99989318847656, "Parents": [{"Name": "Fruit"}],
        "Instances": [{"Confidence": 97.5, "BoundingBox": {"Height": 0.5, "Left": 0.25, "Top": 0.125, "Width": 0.75}}],
    }]})
}

pub fn moderation_labels() -> Value {
    json!({"ModerationModelVersion": "6.0", "ModerationLabels": [
        {"Name": "Alcohol", "ParentName": "", "Confidence": 93.41},
        {"Name": "Drinking", "ParentName": "Alcohol", "Confidence": 93.41},
    ]})
}

/// Files that are called like the test file of antivirus software are infected.
pub fn scan(name: &str) -> Value {
    if name == "eicar.zip" {
        return json!({"infected": true, "infected_with": "Win.Test.EICAR_HDB-1"});
    }
    json!({"infected": false})
}
