//! The pictures: drawn when they are asked for, kept for ever by whoever asked, since a name says all of them.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use dashmap::DashMap;
use documents::poster::{Format, Poster};
use resvg::{tiny_skia, usvg};

use crate::error::{Answer, Problem};

/// Pictures of dots are dear to make; so many are kept.
const DOTS_MAX: usize = 200;
/// How many are made at once at most.
static MAKING: LazyLock<tokio::sync::Semaphore> = LazyLock::new(|| tokio::sync::Semaphore::new(1));
static DOTS: LazyLock<DashMap<String, Bytes>> = LazyLock::new(DashMap::new);

/// A picture: lines as SVG; as PNG only in the format that is shown where an address is shared.
pub async fn show(path: web::Path<(String, String, String, String)>) -> Answer<HttpResponse> {
    let (style, palette, seed, file) = path.into_inner();
    let name = format!("{style}:{palette}:{seed}");
    let poster = Poster::named(&name).ok_or_else(Problem::not_found)?;
    let (format, ending) = file.split_once('.').ok_or_else(Problem::not_found)?;
    let format = Format::of(format).ok_or_else(Problem::not_found)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    match ending {
        "svg" => Ok(response
            .content_type("image/svg+xml")
            .body(poster.svg(format))),
        "png" if format == Format::Shared => {
            let dots = dots(name, poster).await?;
            // Packed already.
            response.insert_header((header::CONTENT_ENCODING, "identity"));
            Ok(response.content_type("image/png").body(dots))
        }
        _ => Err(Problem::not_found()),
    }
}

async fn dots(name: String, poster: Poster) -> Answer<Bytes> {
    if let Some(dots) = DOTS.get(&name) {
        return Ok(dots.clone());
    }
    // Taken until the process ends: the semaphore is never closed.
    let _turn = MAKING
        .acquire()
        .await
        .map_err(|error| Problem::defect(&error))?;
    let made = web::block(move || drawn(&poster.svg(Format::Shared))).await;
    let made = made.map_err(|error| Problem::defect(&error))?;
    let dots = Bytes::from(made.ok_or_else(|| Problem::defect(&"a poster cannot be drawn"))?);
    if DOTS.len() >= DOTS_MAX {
        DOTS.clear();
    }
    DOTS.insert(name, dots.clone());
    Ok(dots)
}

fn drawn(svg: &str) -> Option<Vec<u8>> {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).ok()?;
    let mut sheet = tiny_skia::Pixmap::new(1_200, 630)?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut sheet.as_mut());
    sheet.encode_png().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_picture_is_a_png_of_1200_by_630() {
        let poster = Poster::named("curtain:4:understudy").unwrap();
        let png = drawn(&poster.svg(Format::Shared)).unwrap();
        assert_eq!(&png[1..4], b"PNG");
        assert_eq!(png[16..24], [0, 0, 4, 176, 0, 0, 2, 118]);
    }
}
