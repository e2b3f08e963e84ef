//! What the browser loads beside the pages: built by Vite, kept in the binary, cached for ever.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};
use std::{fs, io};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use serde::Deserialize;

use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::packing::{self, BROTLI, GZIP};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Where Vite says what it made of each source.
const MANIFEST: &str = ".vite/manifest.json";

/// What becomes smaller when it is packed by gzip, each once somebody asks for it: all but the fonts, which are packed
/// already. Beside each stands what Vite packed by Brotli.
static PACKED: LazyLock<HashMap<&str, OnceLock<Bytes>>> = LazyLock::new(|| {
    let names = ASSETS.iter().map(|(name, _)| *name);
    let packable = names.filter(|name| !name.ends_with(".woff2") && !name.ends_with(".br"));
    packable.map(|name| (name, OnceLock::new())).collect()
});

#[derive(Deserialize)]
struct Built {
    file: String,
}

/// The address of each built source, by its name: `seat-list/index.ts`. Empty if nothing was built.
///
/// # Errors
/// What Vite wrote cannot be read.
pub fn addresses(ui_dir: Option<&Path>) -> io::Result<HashMap<String, String>> {
    let Some(manifest) = content(ui_dir, MANIFEST) else {
        return Ok(HashMap::new());
    };
    let built: HashMap<String, Built> = serde_json::from_slice(&manifest)?;
    let address = |(source, built): (String, Built)| (source, format!("/{}", built.file));
    Ok(built.into_iter().map(address).collect())
}

/// One built file.
pub async fn show(
    context: web::Data<Context>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Answer<HttpResponse> {
    let ui_dir = context.settings.ui_dir.as_deref();
    let path = format!("assets/{name}");
    let content = content(ui_dir, &path).ok_or_else(Problem::not_found)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, media_type(&name)));
    // Its name changes with its content.
    response.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    response.insert_header((header::VARY, "accept-encoding"));
    // A worker has the policy of its script. The pages' own is longer than many a script.
    response.insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'self'"));
    if packing::is_taken(BROTLI, request.headers())
        && let Some(tight) = self::content(ui_dir, &format!("{path}.br"))
    {
        response.insert_header((header::CONTENT_ENCODING, BROTLI));
        return Ok(with_body(response, tight));
    }
    let packed = PACKED.get(path.as_str());
    let packed = packed.filter(|_| ui_dir.is_none() && packing::is_taken(GZIP, request.headers()));
    if let Some(packed) = packed {
        let packed = packed.get_or_init(|| packing::packed(&content));
        response.insert_header((header::CONTENT_ENCODING, GZIP));
        return Ok(response.body(packed.clone()));
    }
    Ok(with_body(response, content))
}

fn with_body(mut response: HttpResponseBuilder, content: Cow<'static, [u8]>) -> HttpResponse {
    match content {
        Cow::Borrowed(content) => response.body(content),
        Cow::Owned(content) => response.body(content),
    }
}

fn content(ui_dir: Option<&Path>, path: &str) -> Option<Cow<'static, [u8]>> {
    if let Some(root) = ui_dir {
        let content = fs::read(root.join("web/ui/dist").join(path));
        return content.ok().map(Cow::Owned);
    }
    ASSETS
        .iter()
        .find(|(name, _)| *name == path)
        .map(|(_, content)| Cow::Borrowed(*content))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
