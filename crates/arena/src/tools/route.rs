//! Where requests of a tool may go: as the permissions say for each hop, and where the scenario stands for a host.

use std::net::IpAddr;

use arena_core::hosts::{self, Page};
use arena_core::world::World;

use crate::egress::{Response, Route, Target};
use crate::policy::{Access, Effect, Policy};

/// The permissions and the scenario of a match.
pub(super) struct ByRules<'a> {
    pub(super) policy: &'a Policy,
    pub(super) tool: &'a str,
    pub(super) world: &'a World,
}

/// What a request would touch.
pub(super) fn access(method: &str, target: &Target) -> Access {
    Access::Http {
        method: if method.is_empty() { "GET".to_owned() } else { method.to_ascii_uppercase() },
        scheme: target.scheme().to_owned(),
        host: target.host().to_owned(),
        port: target.port(),
        path: target.path().to_owned(),
    }
}

impl Route for ByRules<'_> {
    fn check(&self, method: &str, target: &Target) -> Result<(), String> {
        let decision = self.policy.decide(self.tool, &[access(method, target)], false);
        match decision.effect {
            Effect::Allow => Ok(()),
            // The first hop was ruled before, by a person if need be; nobody is asked in the middle of a request.
            Effect::Ask | Effect::Deny => Err(decision.reason),
        }
    }

    fn names(&self, address: IpAddr, port: u16) -> bool {
        let wanted = [format!("{address}:{port}"), format!("{address}:*"), address.to_string()];
        self.policy.destinations().iter().any(|destination| wanted.contains(destination))
    }

    fn simulated(&self, target: &Target) -> Option<Response> {
        if !hosts::is_simulated(self.world, target.host()) {
            return None;
        }
        let response = |status, content_type: &str, body: String, location| Response {
            status,
            content_type: content_type.to_owned(),
            location,
            body: body.into_bytes(),
            is_cut: false,
        };
        Some(match hosts::page(self.world, target.host(), target.path()) {
            Some(Page::Text(body)) => response(200, "text/plain; charset=utf-8", body, None),
            Some(Page::Whole { status, content_type, body, location }) => {
                response(status, &content_type, body, location)
            }
            None => response(404, "text/plain; charset=utf-8", "not found".to_owned(), None),
        })
    }
}
