//! What a slow resolver answered. With a dead name server before a living one each answer takes five
//! seconds (glibc), which is all the time that a connection has: it came too late, every time.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

/// A resolver that takes longer is slow.
const SLOW: Duration = Duration::from_secs(1);

/// A name and its addresses.
type Answer = (String, Vec<SocketAddr>);

/// The last answer of a resolver that is slow.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers(Arc<Mutex<Option<Answer>>>);

impl Answers {
    /// The addresses of `name`: what a slow resolver answered last, while it is asked again; else
    /// what `lookup` finds, which goes on also when nobody waits for it any longer.
    pub(super) async fn of(
        &self,
        name: String,
        lookup: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    ) -> io::Result<Vec<SocketAddr>> {
        let (sender, found) = oneshot::channel();
        let known = self.known(&name);
        let answers = self.clone();
        tokio::spawn(async move {
            let begin = Instant::now();
            let result = lookup.await;
            let is_slow = begin.elapsed() >= SLOW;
            let late = result.as_ref().ok().filter(|_| is_slow);
            answers.keep(late.map(|addresses| (name, addresses.clone())));
            // Whoever asked may have given up.
            let _late = sender.send(result);
        });
        match known {
            Some(addresses) => Ok(addresses),
            None => found.await.map_err(io::Error::other)?,
        }
    }

    fn known(&self, name: &str) -> Option<Vec<SocketAddr>> {
        let known = self.0.lock().ok()?;
        known.as_ref().filter(|(of, _)| of == name).map(|(_, addresses)| addresses.clone())
    }

    fn keep(&self, answer: Option<Answer>) {
        if let Ok(mut known) = self.0.lock() {
            *known = answer;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::time::{sleep, timeout};

    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn at(port: u16) -> Vec<SocketAddr> {
        vec![SocketAddr::from(([192, 0, 2, 1], port))]
    }

    async fn asked(
        answers: &Answers,
        name: &str,
        lookup: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    ) -> Option<Vec<SocketAddr>> {
        timeout(S(5), answers.of(name.to_owned(), lookup)).await.ok()?.ok()
    }

    async fn slow() -> io::Result<Vec<SocketAddr>> {
        sleep(S(6)).await;
        Ok(at(1))
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_too_late_serves_the_next_attempt() {
        let answers = Answers::default();
        assert_eq!(asked(&answers, "a", slow()).await, None);
        sleep(S(2)).await;
        assert_eq!(asked(&answers, "a", pending()).await, Some(at(1)));
        assert_eq!(asked(&answers, "b", pending()).await, None, "it is about another name");
    }

    #[tokio::test(start_paused = true)]
    async fn a_resolver_that_is_quick_again_is_believed_anew_each_time() {
        let answers = Answers::default();
        assert_eq!(asked(&answers, "a", slow()).await, None);
        sleep(S(2)).await;
        assert_eq!(asked(&answers, "a", ready(Ok(at(2)))).await, Some(at(1)));
        sleep(S(1)).await;
        assert_eq!(asked(&answers, "a", ready(Ok(at(3)))).await, Some(at(3)));
        assert_eq!(asked(&answers, "a", ready(Err(io::Error::other("none")))).await, None);
    }
}
