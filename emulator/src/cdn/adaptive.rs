//! `/{uuid}/adaptive_video/…`: a video as a stream (HLS). What is below the playlist is made up.

use axum::response::Response;

use crate::cdn::delivery;
use crate::cdn::original::Original;
use crate::cdn::refusal::Refusal;

const HEIGHTS: [u64; 2] = [720, 360];
const SEGMENTS: usize = 2;

/// A packet of a transport stream, which holds nothing.
const PACKET: usize = 188;

/// A playlist or a segment. Whoever came with a token needs it for what the playlist names.
pub fn deliver(original: &Original, name: &str, query: &str) -> Result<Response, Refusal> {
    let video = original.video().ok_or_else(|| Refusal::BadRequest("The file is not a video.".to_owned()))?;
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    let heights = HEIGHTS.map(|height| height.to_string());
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let (height, segment) = stem.split_once('-').unwrap_or((stem, ""));
    let is_known = heights.iter().any(|known| known == height);
    match (ending, segment) {
        _ if name.is_empty() => {
            Ok(playlist(&HEIGHTS.map(|height| {
                format!("#EXT-X-STREAM-INF:BANDWIDTH={}\n{height}.m3u8{query}\n", height * 2000)
            })))
        }
        ("m3u8", "") if is_known => {
            let lasts = video["duration"].as_u64().unwrap_or(1000) as f64 / 1000.0 / SEGMENTS as f64;
            let segment = |number| format!("#EXTINF:{lasts:.3},\n{height}-{number}.ts{query}\n");
            let lines: Vec<_> = (0..SEGMENTS).map(segment).collect();
            let head = format!("#EXT-X-TARGETDURATION:{}\n", lasts.ceil());
            Ok(playlist(&[head, lines.concat(), "#EXT-X-ENDLIST\n".to_owned()]))
        }
        ("ts", number) if is_known && number.parse().is_ok_and(|number: usize| number < SEGMENTS) => {
            let mut packet = vec![0xff; PACKET];
            packet[..4].copy_from_slice(&[0x47, 0x1f, 0xff, 0x10]);
            Ok(delivery::content("video/mp2t", packet))
        }
        _ => Err(Refusal::NotFound),
    }
}

fn playlist(lines: &[String]) -> Response {
    let text = format!("#EXTM3U\n#EXT-X-VERSION:3\n{}", lines.concat());
    delivery::content("application/vnd.apple.mpegurl", text.into_bytes())
}
