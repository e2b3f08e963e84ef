//! Who asks too often. Keys are forgotten once they have rested, so that memory stays bounded.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use domain::{AccountId, OrderId};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};

use crate::error::{Answer, Problem};

/// How often keys that have rested are forgotten.
pub const SWEEP_INTERVAL: Duration = Duration::from_secs(10);

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who asks, if anybody is counted at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker(pub Option<IpAddr>);

/// All limits of the process.
pub struct Limits {
    enabled: bool,
    behind_proxy: bool,
    /// Requests on one open order: five a second, after thirty at once.
    order: DefaultKeyedRateLimiter<OrderId>,
    /// Requests of one address on orders that are not open here, so that guessing is slow.
    stranger: DefaultKeyedRateLimiter<IpAddr>,
    /// Orders opened from one address: 300 a minute, since a whole company may sit behind one.
    opening: DefaultKeyedRateLimiter<IpAddr>,
    /// Attempts to sign in from one address.
    login_address: DefaultKeyedRateLimiter<IpAddr>,
    /// Attempts to sign in to one account, by the hash of its address: what is typed may be long.
    login_email: DefaultKeyedRateLimiter<[u8; 32]>,
    /// Scans of one person: a stream of people through a door.
    scan: DefaultKeyedRateLimiter<AccountId>,
}

impl Limits {
    /// The limits, with nobody counted yet.
    #[must_use]
    pub fn new(enabled: bool, behind_proxy: bool) -> Self {
        Self {
            enabled,
            behind_proxy,
            order: RateLimiter::keyed(per_second(5, 30)),
            stranger: RateLimiter::keyed(per_second(20, 100)),
            opening: RateLimiter::keyed(per_minute(300)),
            login_address: RateLimiter::keyed(per_minute(60)),
            login_email: RateLimiter::keyed(per_minute(10)),
            scan: RateLimiter::keyed(per_second(20, 60)),
        }
    }

    /// Counts a request on an order: an open one by itself, any other by who asks, so that made-up
    /// ids neither fill the memory nor can be tried quickly.
    ///
    /// # Errors
    /// There were too many.
    pub fn order(&self, order: OrderId, is_open: bool, request: &HttpRequest) -> Answer<()> {
        if is_open {
            self.check(&self.order, &order)
        } else {
            self.stranger(request)
        }
    }

    /// Whether anybody is counted at all.
    #[must_use]
    pub fn are_on(&self) -> bool {
        self.enabled
    }

    /// Counts a request on an order or payment that is not open here.
    ///
    /// # Errors
    /// There were too many.
    pub fn stranger(&self, request: &HttpRequest) -> Answer<()> {
        self.check(&self.stranger, &self.client(request))
    }

    /// Counts the opening of an order.
    ///
    /// # Errors
    /// There were too many.
    pub fn opening(&self, request: &HttpRequest) -> Answer<()> {
        self.check(&self.opening, &self.client(request))
    }

    /// Counts an attempt to sign in.
    ///
    /// # Errors
    /// There were too many, from this address or to this account.
    pub fn login(&self, request: &HttpRequest, email: &str) -> Answer<()> {
        let digest = Sha256::digest(email.trim().to_lowercase().as_bytes());
        self.check(&self.login_address, &self.client(request))?;
        self.check(&self.login_email, &digest.into())
    }

    /// Counts a scan.
    ///
    /// # Errors
    /// There were too many.
    pub fn scan(&self, account: AccountId) -> Answer<()> {
        self.check(&self.scan, &account)
    }

    /// Who asks: for limits that are kept where there is something to keep in order.
    #[must_use]
    pub fn asker(&self, request: &HttpRequest) -> Asker {
        Asker(self.enabled.then(|| self.client(request)))
    }

    /// Forgets everybody who has rested long enough to start afresh.
    pub fn sweep(&self) {
        sweep(&self.order);
        sweep(&self.stranger);
        sweep(&self.opening);
        sweep(&self.login_address);
        sweep(&self.login_email);
        sweep(&self.scan);
    }

    fn check<K: Hash + Eq + Clone>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Answer<()> {
        if !self.enabled {
            return Ok(());
        }
        let now = DefaultClock::default().now();
        limiter
            .check_key(key)
            .map_err(|until| Problem::rate_limited(until.wait_time_from(now)))
    }

    /// The client's address; all of one IPv6 network count as one, since they are handed out so.
    fn client(&self, request: &HttpRequest) -> IpAddr {
        let forwarded = self.behind_proxy.then(|| forwarded_for(request)).flatten();
        let peer = || request.peer_addr().map(|address| address.ip());
        match forwarded.or_else(peer) {
            Some(IpAddr::V6(address)) => network_of(address),
            Some(address) => address,
            None => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        }
    }
}

/// The last entry: the one that our own proxy wrote. Those before it are the client's word.
fn forwarded_for(request: &HttpRequest) -> Option<IpAddr> {
    let header = request
        .headers()
        .get_all(&FORWARDED_FOR)
        .next_back()?
        .to_str()
        .ok()?;
    header.rsplit(',').next()?.trim().parse().ok()
}

fn network_of(address: Ipv6Addr) -> IpAddr {
    match address.to_ipv4_mapped() {
        Some(address) => IpAddr::V4(address),
        None => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

fn sweep<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>) {
    limiter.retain_recent();
    limiter.shrink_to_fit();
}

fn per_second(rate: u32, burst: u32) -> Quota {
    Quota::per_second(positive(rate)).allow_burst(positive(burst))
}

fn per_minute(rate: u32) -> Quota {
    Quota::per_minute(positive(rate))
}

fn positive(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("every limit here is above nought")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn from(address: &str) -> HttpRequest {
        TestRequest::default()
            .peer_addr(address.parse().unwrap())
            .to_http_request()
    }

    #[test]
    fn one_address_opens_300_orders_a_minute_and_is_told_when_to_come_back() {
        let limits = Limits::new(true, false);
        let request = from("192.0.2.1:1000");
        for _ in 0..300 {
            limits.opening(&request).unwrap();
        }
        let refused = limits.opening(&request).unwrap_err();
        assert_eq!(refused.code(), "rate_limited");
        limits.opening(&from("192.0.2.2:1000")).unwrap();
    }

    #[test]
    fn all_addresses_of_one_network_count_as_one() {
        let limits = Limits::new(true, false);
        let one = limits.client(&from("[2001:db8:1:2::1]:9"));
        assert_eq!(one, limits.client(&from("[2001:db8:1:2:3::9]:9")));
        assert_ne!(one, limits.client(&from("[2001:db8:1:3::1]:9")));
    }

    #[test]
    fn only_behind_a_proxy_its_own_word_for_the_client_counts() {
        let request = TestRequest::default()
            .peer_addr("127.0.0.1:9".parse().unwrap())
            .insert_header(("x-forwarded-for", "203.0.113.9, 198.51.100.7"))
            .to_http_request();
        let client = |behind_proxy| Limits::new(true, behind_proxy).client(&request).to_string();
        assert_eq!(client(true), "198.51.100.7");
        assert_eq!(client(false), "127.0.0.1");
    }

    #[test]
    fn lifted_limits_count_nobody() {
        let limits = Limits::new(false, false);
        for _ in 0..1_000 {
            limits.opening(&from("192.0.2.1:1000")).unwrap();
        }
        assert_eq!(limits.opening.len(), 0);
    }
}
