//! One token for all processes of an installation.

use super::*;
use crate::wechat::simulator::{Call, Fault, Scripted};

const KEPT: &str = "wechat:token:wx0123456789abcdef";

async fn image(wechat: &WeChat) {
    wechat.code_image("s", "pages/home").await.unwrap();
}

#[tokio::test]
async fn a_second_process_takes_the_token_of_the_first() {
    let stage = Stage::new().await;
    image(&stage.wechat).await;
    image(&stage.beside("right")).await;
    assert_eq!(stage.simulator.calls(Call::StableToken), 1);
}

#[tokio::test]
async fn what_is_shared_is_sealed_for_those_who_have_the_secret() {
    let stage = Stage::new().await;
    image(&stage.wechat).await;
    let kept = stage.cache.get(KEPT).await.unwrap();
    let letters = kept.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    assert!(
        letters < kept.len() / 2,
        "a token is letters and digits throughout"
    );
    let foreign = stage.beside("another");
    assert!(foreign.code_image("s", "pages/home").await.is_err());
    assert_eq!(stage.simulator.calls(Call::StableToken), 2, "it had to ask");
}

#[tokio::test]
async fn a_token_that_one_process_replaced_is_taken_by_the_other() {
    let stage = Stage::new().await;
    let other = stage.beside("right");
    image(&stage.wechat).await;
    image(&other).await;
    // Only WeChat's clock moves, so that both trust the token that is over.
    stage.theirs.forward(7200);
    image(&stage.wechat).await;
    image(&other).await;
    assert_eq!(stage.simulator.calls(Call::StableToken), 2);
    assert_eq!(stage.simulator.calls(Call::Image), 6, "each was refused once");
}

#[tokio::test]
async fn garbage_in_the_cache_is_no_token() {
    let stage = Stage::new().await;
    let life = Duration::from_secs(60);
    stage.cache.put(KEPT, b"not sealed".to_vec(), life).await;
    image(&stage.wechat).await;
    stage.simulator.script(
        Call::Image,
        vec![Fault {
            delay: Duration::ZERO,
            reply: Scripted::Errcode(42001),
        }],
    );
    image(&stage.beside("right")).await;
    assert_eq!(stage.simulator.calls(Call::StableToken), 2);
}
