//! The socket: the map for everybody, their own order for buyers, the door for staff.
//!
//! `connection` is the conversation, `left` the shorter one of pages that list many sessions, `outbox` what
//! may be said and how long that may take, `allowance` how much a client may say, `own` its order, `door`
//! what staff ask.

mod allowance;
mod connection;
mod door;
pub mod left;
mod outbox;
mod own;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, rt, web};
use actix_ws::AggregatedMessageStream;
use actors::SessionError;
use std::time::Duration;

use self::connection::Connection;
use self::left::Listener;
use self::outbox::{CloseWith, farewell};
use self::own::Presented;
use crate::access;
use crate::error::{Answer, Problem};
use crate::input::path_id;

/// The subprotocol, spoken whether it is asked for or not.
const SUBPROTOCOL: &str = "frontrow.v1";

/// The largest message of a client, in bytes, in one frame or in several.
const MESSAGE_MAX: usize = 16 * 1024;

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
    let (response, session, stream) = shake_hands(&request, payload)?;
    let refusal = match &live {
        _ if !context.origins.admit(request.headers()) => Some(CloseWith::Policy),
        Err(_) => Some(CloseWith::UnknownSession),
        Ok(_) => None,
    };
    match (refusal, live) {
        (None, Ok(live)) => {
            let presented = Presented::of(&context, &request);
            let connection = Connection::new(context, live, presented, session, room).await;
            rt::spawn(connection.converse(stream));
        }
        (refusal, _) => {
            let code = refusal.unwrap_or(CloseWith::UnknownSession);
            rt::spawn(farewell(session, stream, code));
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
    let (response, session, stream) = shake_hands(&request, payload)?;
    if context.origins.admit(request.headers()) {
        let listener = Listener::new(context, session, room).await;
        rt::spawn(listener.converse(stream));
    } else {
        rt::spawn(farewell(session, stream, CloseWith::Policy));
    }
    Ok(response)
}

type Shaken = (HttpResponse, actix_ws::Session, AggregatedMessageStream);

fn shake_hands(request: &HttpRequest, payload: web::Payload) -> Answer<Shaken> {
    let shaken = actix_ws::handle_with_protocols(request, payload, &[SUBPROTOCOL]);
    let (response, session, stream) = shaken.map_err(|error| {
        let title = "The handshake is not right";
        let problem = Problem::new(StatusCode::BAD_REQUEST, "bad_handshake", title);
        problem.detail(error.to_string())
    })?;
    let stream = stream
        .max_frame_size(MESSAGE_MAX)
        .aggregate_continuations()
        .max_continuation_size(MESSAGE_MAX);
    Ok((response, session, stream))
}

fn upgrade_required() -> Problem {
    let title = "This address speaks WebSocket";
    Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", title)
}

fn is_upgrade(request: &HttpRequest) -> bool {
    let upgrade = request.headers().get(header::UPGRADE);
    upgrade.is_some_and(|upgrade| upgrade.as_bytes().eq_ignore_ascii_case(b"websocket"))
}
