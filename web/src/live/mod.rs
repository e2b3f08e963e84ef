//! The socket: the map for everybody, their own order for buyers, the door for staff.
//!
//! `connection` is the conversation, `left` the shorter one of pages that list many sessions, `audience` those of a
//! worker who watch the same session, `socket` one client's wire, `inbox` what came over it, `packet` what goes over it,
//! `allowance` how much a client may say, `own` its order, `door` what staff ask.

mod allowance;
mod audience;
mod connection;
mod door;
mod inbox;
pub mod left;
mod own;
mod packet;
mod socket;

use std::rc::Rc;
use std::time::Duration;

use actix_http::ws;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::rt::net::TcpStream;
use actix_web::{HttpRequest, HttpResponse, web};
use actors::SessionError;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};

pub use self::audience::Audiences;

use self::connection::Connection;
use self::left::Listener;
use self::own::Presented;
use self::packet::CloseWith;
use self::socket::Socket;
use crate::access;
use crate::error::{Answer, Problem};
use crate::handover::Line;
use crate::input::path_id;

/// The subprotocol, spoken whether it is asked for or not.
const SUBPROTOCOL: &str = "frontrow.v1";

/// When to come back if there is no room.
const FULL_RETRY: Duration = Duration::from_secs(5);

/// Opens a socket. What a browser could not read from a refused handshake, a close code says.
pub async fn connect(request: HttpRequest, payload: web::Payload) -> Answer<HttpResponse> {
    let context = access::context(&request);
    if !is_upgrade(&request) {
        return Err(upgrade_required());
    }
    let room = context.sockets.clone().try_acquire_owned();
    let room = room.map_err(|_| Problem::busy(FULL_RETRY))?;
    let live = match path_id(&request) {
        Ok(id) => context.app.registry.session(id).await,
        Err(_) => Err(SessionError::Unknown),
    };
    if let Err(SessionError::Unavailable { retry_after }) = live {
        return Err(Problem::unavailable(retry_after));
    }
    let response = shake_hands(&request)?;
    let refusal = match &live {
        _ if !context.origins.admit(request.headers()) => Some(CloseWith::Policy),
        Err(_) => Some(CloseWith::UnknownSession),
        Ok(_) => None,
    };
    match (refusal, live) {
        (None, Ok(live)) => {
            let presented = Presented::of(&context, &request);
            let audiences = audiences(&request);
            take_over(&request, payload, |socket| {
                Connection::new(context, audiences, live, presented, socket, room).converse()
            });
        }
        (refusal, _) => {
            let why = refusal.unwrap_or(CloseWith::UnknownSession);
            take_over(&request, payload, move |socket| async move {
                // Who is sent away takes room until they are gone.
                let _room = room;
                socket.close(why).await;
            });
        }
    }
    Ok(response)
}

/// Opens the socket of a page that lists sessions.
pub async fn connect_left(request: HttpRequest, payload: web::Payload) -> Answer<HttpResponse> {
    let context = access::context(&request);
    if !is_upgrade(&request) {
        return Err(upgrade_required());
    }
    let room = context.sockets.clone().try_acquire_owned();
    let room = room.map_err(|_| Problem::busy(FULL_RETRY))?;
    let response = shake_hands(&request)?;
    let is_welcome = context.origins.admit(request.headers());
    take_over(&request, payload, move |socket| async move {
        if is_welcome {
            Listener::new(context, socket, room).converse().await;
        } else {
            socket.close(CloseWith::Policy).await;
        }
    });
    Ok(response)
}

fn shake_hands(request: &HttpRequest) -> Answer<HttpResponse> {
    let mut response = ws::handshake(request.head()).map_err(|error| {
        let title = "The handshake is not right";
        let problem = Problem::new(StatusCode::BAD_REQUEST, "bad_handshake", title);
        problem.detail(error.to_string())
    })?;
    if speaks_ours(request) {
        let ours = HeaderValue::from_static(SUBPROTOCOL);
        response.insert_header((header::SEC_WEBSOCKET_PROTOCOL, ours));
    }
    Ok(response.finish().map_into_boxed_body().into())
}

fn speaks_ours(request: &HttpRequest) -> bool {
    let offers = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let mut offers = offers.filter_map(|offer| offer.to_str().ok());
    offers.any(|offer| offer.split(',').any(|one| one.trim() == SUBPROTOCOL))
}

/// Once the handshake's answer is written, the connection is the conversation's.
fn take_over<F>(
    request: &HttpRequest,
    payload: web::Payload,
    conversation: impl FnOnce(Socket) -> F + 'static,
) where
    F: Future<Output = ()> + 'static,
{
    let line = request.conn_data::<Line>();
    let line = line.expect("the server gives every connection one");
    line.take_over(move |stream: TcpStream| {
        let early = already_come(payload);
        conversation(Socket::new(stream, &early))
    });
}

/// What a client said before it was answered, which it should not, and the HTTP server has read.
fn already_come(mut payload: web::Payload) -> Vec<Bytes> {
    let mut early = Vec::new();
    while let Some(Some(Ok(bytes))) = payload.next().now_or_never() {
        early.push(bytes);
    }
    early
}

fn audiences(request: &HttpRequest) -> Rc<Audiences> {
    let audiences = request.app_data::<Rc<Audiences>>();
    Rc::clone(audiences.expect("`routes::configure` puts it there"))
}

fn upgrade_required() -> Problem {
    let title = "This address speaks WebSocket";
    Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", title)
}

fn is_upgrade(request: &HttpRequest) -> bool {
    let upgrade = request.headers().get(header::UPGRADE);
    upgrade.is_some_and(|upgrade| upgrade.as_bytes().eq_ignore_ascii_case(b"websocket"))
}
