//! From one state of a PaymentIntent to the next.

use super::{FIELDS, Intent, Redirects, Status};
use crate::stripe::account::{Account, Answer};
use crate::stripe::cards::{Behaviour, Decline, GENERIC_DECLINE};
use crate::stripe::form::Form;
use crate::stripe::methods::Method;
use crate::stripe::refusal::Refusal;

impl Account {
    /// Pays, as far as the method goes by itself. `from_page` is the buyer's side.
    pub fn confirm_intent(&mut self, id: &str, form: &Form, from_page: bool, now: i64) -> Answer {
        form.only(&FIELDS)?;
        let intent = self.intent(id)?.clone();
        if !intent.status.is_open() {
            return Err(self.unexpected(&intent, "confirmed"));
        }
        let method = self.method_of(form, now)?;
        self.attach(id, method)?;
        let Some(method) = self
            .intent(id)?
            .method
            .clone()
            .and_then(|method| self.methods.get(&method).cloned())
        else {
            let intent = self.render_intent(id, &[])?;
            return Err(Refusal::unexpected_state(
                "Nothing to pay with: give a payment method first.",
                intent,
            ));
        };
        let return_url = form.owned("return_url");
        let script_asks = from_page && form.is_true("use_stripe_sdk") && !method.is_bank();
        let may_redirect = method.is_bank() || intent.automatic == Some(Redirects::Always);
        if may_redirect && !script_asks && return_url.is_none() {
            let message =
                "This payment method may redirect: say where it comes back to, return_url.";
            return Err(Refusal::invalid(message, Some("return_url")));
        }
        let changed = self.intent_mut(id)?;
        changed.by_script = script_asks || return_url.is_none();
        changed.return_url = return_url.or_else(|| changed.return_url.take());
        changed.last_error = None;
        self.try_to_pay(id, &method, now)?;
        self.render_intent(id, &form.list("expand"))
    }

    /// The holder's word in 3-D Secure, or at their bank.
    pub fn authenticate_intent(&mut self, id: &str, agreed: bool, now: i64) -> Answer {
        let intent = self.intent(id)?.clone();
        let method = intent
            .method
            .as_ref()
            .and_then(|method| self.methods.get(method).cloned());
        let (Status::RequiresAction, Some(method)) = (intent.status, method) else {
            return Err(self.unexpected(&intent, "authenticated"));
        };
        let then = match method.behaviour() {
            Behaviour::Authenticates(then) => then,
            Behaviour::Pays
            | Behaviour::Declines(_)
            | Behaviour::Disputes(_)
            | Behaviour::RefundsLate
            | Behaviour::RefundsFail => None,
        };
        let failed = Decline {
            code: "payment_intent_authentication_failure",
            decline_code: None,
            message: "The payment method was not authenticated. Choose another, or try again.",
        };
        let outcome = match (agreed, then) {
            (false, _) => self.fail(id, &method, failed, false, now),
            (true, Some(decline)) => self.fail(id, &method, decline, true, now),
            (true, None) => self.succeed(id, &method, true, now),
        };
        // The buyer is told through the intent.
        if let Err(refusal) = outcome
            && refusal.payment_intent.is_none()
        {
            return Err(refusal);
        }
        self.render_intent(id, &[])
    }

    pub fn cancel_intent(&mut self, id: &str, form: &Form, now: i64) -> Answer {
        form.only(&["cancellation_reason"])?;
        let intent = self.intent(id)?.clone();
        if !intent.status.is_open() {
            return Err(self.unexpected(&intent, "canceled"));
        }
        let reason = form.owned("cancellation_reason");
        let known = [
            "abandoned",
            "duplicate",
            "fraudulent",
            "requested_by_customer",
        ];
        if let Some(reason) = &reason
            && !known.contains(&reason.as_str())
        {
            return Err(Refusal::invalid(
                format!("No such cancellation_reason: {reason}"),
                Some("cancellation_reason"),
            ));
        }
        let intent = self.intent_mut(id)?;
        intent.status = Status::Canceled;
        intent.canceled_at = Some(now);
        intent.cancellation_reason = reason;
        self.emit(
            "payment_intent.canceled",
            id,
            self.render_intent(id, &[])?,
            now,
        );
        self.render_intent(id, &form.list("expand"))
    }

    pub(super) fn attach(&mut self, id: &str, method: Option<Method>) -> Result<(), Box<Refusal>> {
        let Some(method) = method else { return Ok(()) };
        let intent = self.intent_mut(id)?;
        if !intent
            .method_types
            .iter()
            .any(|known| known == method.type_name())
        {
            let message = format!("This intent does not take {}.", method.type_name());
            return Err(Refusal::invalid(message, Some("payment_method"))
                .coded("payment_intent_invalid_parameter"));
        }
        intent.method = Some(method.id);
        intent.status = Status::RequiresConfirmation;
        Ok(())
    }

    fn try_to_pay(&mut self, id: &str, method: &Method, now: i64) -> Result<(), Box<Refusal>> {
        if self.declines_all {
            return self.fail(id, method, GENERIC_DECLINE, true, now);
        }
        match method.behaviour() {
            Behaviour::Declines(decline) => self.fail(id, method, decline, true, now),
            Behaviour::Authenticates(_) => {
                self.intent_mut(id)?.status = Status::RequiresAction;
                let rendered = self.render_intent(id, &[])?;
                self.emit("payment_intent.requires_action", id, rendered, now);
                Ok(())
            }
            Behaviour::Disputes(reason) => {
                self.succeed(id, method, false, now)?;
                self.open_dispute(id, reason, now)
            }
            Behaviour::Pays | Behaviour::RefundsLate | Behaviour::RefundsFail => {
                self.succeed(id, method, false, now)
            }
        }
    }

    fn succeed(
        &mut self,
        id: &str,
        method: &Method,
        authenticated: bool,
        now: i64,
    ) -> Result<(), Box<Refusal>> {
        let charge = self.charge_intent(id, method, authenticated, None, now)?;
        let intent = self.intent_mut(id)?;
        intent.status = Status::Succeeded;
        intent.latest_charge = Some(charge.clone());
        self.emit(
            "charge.succeeded",
            id,
            self.render_charge(&charge, &[])?,
            now,
        );
        self.emit(
            "payment_intent.succeeded",
            id,
            self.render_intent(id, &[])?,
            now,
        );
        Ok(())
    }

    /// Back to the choice of a method; the refusal is what the API answers.
    fn fail(
        &mut self,
        id: &str,
        method: &Method,
        decline: Decline,
        charged: bool,
        now: i64,
    ) -> Result<(), Box<Refusal>> {
        let mut refusal = Refusal::card(decline.code, decline.message);
        refusal.decline_code = decline.decline_code;
        refusal.payment_method = Some(method.render());
        if charged {
            let charge = self.charge_intent(id, method, false, Some(decline), now)?;
            self.intent_mut(id)?.latest_charge = Some(charge.clone());
            let rendered = self.render_charge(&charge, &[])?;
            self.emit("charge.failed", id, rendered, now);
            refusal.charge = Some(charge);
        }
        let intent = self.intent_mut(id)?;
        intent.status = Status::RequiresPaymentMethod;
        intent.method = None;
        intent.last_error = Some(refusal.detail());
        let rendered = self.render_intent(id, &[])?;
        self.emit("payment_intent.payment_failed", id, rendered.clone(), now);
        refusal.payment_intent = Some(rendered);
        Err(refusal)
    }

    pub(super) fn unexpected(&self, intent: &Intent, done: &str) -> Box<Refusal> {
        Refusal::unexpected_state(
            format!(
                "This PaymentIntent is {}: it cannot be {done}.",
                intent.status.name()
            ),
            intent.render(&self.base_url),
        )
    }
}
