//! A ticket as a page to print: plain words in the fonts that every reader has.

use std::fmt::Write;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono_tz::Tz;
use domain::TicketId;
use operations::orders::{self, TicketView};
use store::catalogue::{self, SessionDetail};

use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::openapi::ProblemDocument;

/// How many characters of a line fit the page at its smaller size.
const LINE_MAX: usize = 64;

/// A ticket as a PDF
#[utoipa::path(get, path = "/api/gateway/orders/{eventSessionOrderId}/tickets/{ticketId}.pdf",
    tag = "gateway", security(("orderSecret" = [])),
    params(("eventSessionOrderId" = uuid::Uuid, Path), ("ticketId" = uuid::Uuid, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        (status = "default", body = ProblemDocument)))]
pub async fn show(
    context: web::Data<Context>,
    request: HttpRequest,
    by: OrderCredential,
) -> Answer<HttpResponse> {
    let wanted: Option<TicketId> = request.match_info().query("ticket").parse().ok();
    let view = orders::view(&context.app, by.order, &by.credential).await?;
    let ticket = view
        .tickets
        .iter()
        .find(|ticket| Some(ticket.ticket_id) == wanted);
    let ticket = ticket.ok_or_else(Problem::not_found)?;
    let detail = catalogue::session(&context.app.pool, view.session_id).await?;
    let detail = detail.ok_or_else(Problem::not_found)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.content_type("application/pdf").body(pdf(&lines(
        &detail,
        ticket,
        view.pnr.as_str(),
    ))))
}

fn lines(detail: &SessionDetail, ticket: &TicketView, pnr: &str) -> Vec<String> {
    let zone = detail.venue.time_zone.parse::<Tz>().unwrap_or(Tz::UTC);
    let starts_at = detail.starts_at.to_datetime().with_timezone(&zone);
    let mut place = ticket.section_name.clone();
    for (word, label) in [("row", &ticket.row), ("seat", &ticket.number)] {
        if let Some(label) = label {
            let _ = write!(place, ", {word} {label}");
        }
    }
    let mut lines = vec![
        detail.event.title.clone(),
        format!("{}, {}", detail.venue.name, detail.venue.city),
        starts_at.format("%a %-d %B %Y, %H:%M").to_string(),
        place,
        ticket.holder.clone(),
        format!("PNR {pnr}"),
        String::new(),
    ];
    let code: Vec<char> = ticket.code.chars().collect();
    lines.extend(code.chunks(LINE_MAX).map(String::from_iter));
    lines
}

/// One A4 page; the first line is large. The structure is that of ISO 32000-1, 7.5.
fn pdf(lines: &[String]) -> Vec<u8> {
    let mut text = b"BT /F1 22 Tf 50 780 Td 30 TL\n".to_vec();
    for (position, line) in lines.iter().enumerate() {
        text.extend_from_slice(b"(");
        text.extend(escaped(line));
        text.extend_from_slice(b") Tj T*\n");
        if position == 0 {
            text.extend_from_slice(b"/F1 12 Tf 20 TL\n");
        }
    }
    text.extend_from_slice(b"ET");
    let mut content = format!("<< /Length {} >>\nstream\n", text.len()).into_bytes();
    content.extend(text);
    content.extend_from_slice(b"\nendstream");
    let page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
        /Resources << /Font << /F1 5 0 R >> >> >>";
    let font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
    assemble(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        page.to_vec(),
        content,
        font.to_vec(),
    ])
}

fn assemble(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (position, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        file.extend(format!("{} 0 obj\n", position + 1).into_bytes());
        file.extend(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let (start, size) = (file.len(), objects.len() + 1);
    let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend(table.into_bytes());
    file.extend(trailer.into_bytes());
    file
}

/// The text in the fonts' own encoding, which is Latin-1 where it matters; other letters become `?`.
fn escaped(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.chars().flat_map(|character| {
        let byte = match u8::try_from(u32::from(character)) {
            Ok(byte) if byte >= 0xa0 || (0x20..0x7f).contains(&byte) => byte,
            _ => b'?',
        };
        let escape = matches!(byte, b'(' | b')' | b'\\').then_some(b'\\');
        escape.into_iter().chain([byte])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_objects_says_where_they_are() {
        let file = pdf(&["A (good) evening".to_owned(), "Rang 2, Köln".to_owned()]);
        let text: String = file.iter().copied().map(char::from).collect();
        assert!(text.contains(r"(A \(good\) evening) Tj"), "{text}");
        assert!(text.contains("(Rang 2, Köln) Tj"), "{text}");
        let table = text.split("xref\n0 6\n").nth(1).unwrap();
        for (number, line) in table.lines().skip(1).take(5).enumerate() {
            let offset: usize = line[..10].parse().unwrap();
            let header = format!("{} 0 obj", number + 1);
            assert!(
                text.chars()
                    .skip(offset)
                    .collect::<String>()
                    .starts_with(&header)
            );
        }
        let start: usize = text
            .split("startxref\n")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(
            text.chars()
                .skip(start)
                .collect::<String>()
                .starts_with("xref")
        );
    }
}
