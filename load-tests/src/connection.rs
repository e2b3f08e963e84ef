//! One HTTP/1.1 connection, as cheap as it can be: the generator must cost less than what it measures.
//!
//! Requests are bytes made by `request`; answers come back with their status, `Retry-After` and body.
//! Any error ends the connection; the next request opens a new one.

use std::io::{Error, ErrorKind, Result, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Servers close idle connections after some seconds. A request that races with that close is lost
/// without an answer, so a connection that rested longer is not used again.
const REST_MAX: Duration = Duration::from_secs(2);

/// The most headers of an answer.
const HEADERS_MAX: usize = 48;

/// A keep-alive connection to one server.
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: BytesMut,
    last_used: Instant,
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub retry_after_secs: Option<u64>,
    pub body: Bytes,
}

/// What a request carries beside its path and body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    pub bearer: Option<&'a str>,
    pub idempotency_key: Option<&'a str>,
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, headers: Headers<'_>, body: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(384);
    write_request(&mut bytes, method, path, headers, body);
    bytes
}

/// Appends the bytes of a request, for those who reuse their buffer.
pub fn write_request(
    bytes: &mut Vec<u8>,
    method: &str,
    path: &str,
    headers: Headers<'_>,
    body: Option<&[u8]>,
) {
    const INFALLIBLE: &str = "writing to memory does not fail";
    write!(bytes, "{method} {path} HTTP/1.1\r\nhost: localhost\r\n").expect(INFALLIBLE);
    if let Some(secret) = headers.bearer {
        write!(bytes, "authorization: Bearer {secret}\r\n").expect(INFALLIBLE);
    }
    if let Some(key) = headers.idempotency_key {
        write!(bytes, "idempotency-key: {key}\r\n").expect(INFALLIBLE);
    }
    if let Some(body) = body {
        write!(
            bytes,
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        )
        .expect(INFALLIBLE);
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body.unwrap_or_default());
}

/// The bytes of a request that sends a form, or anything else that says its own type, with one header more.
pub fn posted(path: &str, content_type: &str, header: (&str, &str), body: &[u8]) -> Vec<u8> {
    let (name, value) = header;
    let len = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {content_type}\r\n{name}: {value}\r\ncontent-length: {len}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// The bytes of a request that publishes others as they are.
pub fn publication(path: &str, body: &[u8]) -> Vec<u8> {
    let len = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\ncontent-length: {len}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

impl Connection {
    /// A connection that opens with its first request, if not before.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
            buffer: BytesMut::with_capacity(4096),
            last_used: Instant::now(),
        }
    }

    /// Opens the connection now.
    ///
    /// # Errors
    /// Nobody takes it.
    pub async fn open(&mut self) -> Result<()> {
        self.stream = Some(self.connect().await?);
        self.last_used = Instant::now();
        Ok(())
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// The connection failed or was cut: whether the request was carried out is not known.
    pub async fn send(&mut self, request: &[u8]) -> Result<Response> {
        let mut stream = match self.stream.take() {
            Some(stream) if self.last_used.elapsed() < REST_MAX => stream,
            Some(_) | None => self.connect().await?,
        };
        stream.write_all(request).await?;
        let response = read_response(&mut stream, &mut self.buffer).await?;
        self.stream = Some(stream);
        self.last_used = Instant::now();
        Ok(response)
    }

    async fn connect(&mut self) -> Result<TcpStream> {
        self.buffer.clear();
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

async fn read_response(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<Response> {
    loop {
        if let Some(response) = parse_response(buffer)? {
            return Ok(response);
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(Error::new(
                ErrorKind::UnexpectedEof,
                "the connection was closed without an answer",
            ));
        }
    }
}

/// Where the body of an answer ends.
enum Framing {
    Length(usize),
    Chunked,
}

/// Takes one whole answer from the buffer, if it is there.
fn parse_response(buffer: &mut BytesMut) -> Result<Option<Response>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head_len) = head.parse(buffer).map_err(broken)? else {
        return Ok(None);
    };
    let status = head
        .code
        .ok_or_else(|| broken("an answer without a status"))?;
    let retry_after_secs = header(head.headers, "retry-after").and_then(|value| value.parse().ok());
    let body = match framing(head.headers)? {
        Framing::Length(len) if buffer.len() < head_len + len => None,
        Framing::Length(len) => {
            buffer.advance(head_len);
            Some(buffer.split_to(len).freeze())
        }
        Framing::Chunked => take_chunks(buffer, head_len)?,
    };
    Ok(body.map(|body| Response {
        status,
        retry_after_secs,
        body,
    }))
}

fn framing(headers: &[httparse::Header<'_>]) -> Result<Framing> {
    if let Some(length) = header(headers, "content-length") {
        return length.parse().map(Framing::Length).map_err(broken);
    }
    if header(headers, "transfer-encoding")
        .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
    {
        return Ok(Framing::Chunked);
    }
    Ok(Framing::Length(0))
}

fn header<'a>(headers: &[httparse::Header<'a>], name: &str) -> Option<&'a str> {
    let found = headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(found.value).ok()
}

/// Takes the head and all chunks, if the last one is there.
fn take_chunks(buffer: &mut BytesMut, head_len: usize) -> Result<Option<Bytes>> {
    let mut body = BytesMut::new();
    let mut at = head_len;
    loop {
        let rest = &buffer[at..];
        let parsed = httparse::parse_chunk_size(rest).map_err(|_| broken("an unreadable chunk"))?;
        let httparse::Status::Complete((size_len, size)) = parsed else {
            return Ok(None);
        };
        let size = usize::try_from(size).map_err(broken)?;
        // Each chunk ends with a line break of two bytes.
        let Some(chunk) = rest.get(size_len..size_len + size + 2) else {
            return Ok(None);
        };
        body.extend_from_slice(&chunk[..size]);
        at += size_len + size + 2;
        if size == 0 {
            buffer.advance(at);
            return Ok(Some(body.freeze()));
        }
    }
}

fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::InvalidData, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &str) -> (Option<Response>, usize) {
        let mut buffer = BytesMut::from(bytes);
        let response = parse_response(&mut buffer).unwrap();
        (response, buffer.len())
    }

    #[test]
    fn an_answer_with_a_length_is_taken_when_it_is_whole() {
        let whole = "HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 2\r\n\r\n{}HTTP";
        let (response, left) = parse(whole);
        let response = response.unwrap();
        assert_eq!(
            (
                response.status,
                response.retry_after_secs,
                &response.body[..],
                left
            ),
            (503, Some(2), &b"{}"[..], 4)
        );
        assert_eq!(parse(&whole[..whole.len() - 5]).0, None);
    }

    #[test]
    fn an_answer_in_chunks_is_put_together() {
        let whole =
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(&parse(whole).0.unwrap().body[..], b"abcde");
        assert_eq!(parse(&whole[..whole.len() - 3]).0, None);
    }

    #[test]
    fn a_request_carries_its_key_its_bearer_and_the_length_of_its_body() {
        let headers = Headers {
            bearer: Some("s"),
            idempotency_key: Some("k"),
        };
        let bytes = request("POST", "/x", headers, Some(b"{}"));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("POST /x HTTP/1.1\r\n"));
        for line in [
            "authorization: Bearer s\r\n",
            "idempotency-key: k\r\n",
            "content-length: 2\r\n",
        ] {
            assert!(text.contains(line), "{line} is missing in {text}");
        }
        assert!(text.ends_with("\r\n\r\n{}"));
    }
}
