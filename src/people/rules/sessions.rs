//! What is told of a session.

use crate::people::model::DeviceKind;

/// What a client's description of itself says of the device. HarmonyOS also names Android, and a tablet of Apple's the Mac:
/// the narrower word comes first.
pub fn device_of(user_agent: &str) -> DeviceKind {
    const NAMES: [(&str, DeviceKind); 9] = [
        ("iphone", DeviceKind::Iphone),
        ("ipad", DeviceKind::Ipad),
        ("harmony", DeviceKind::Harmony),
        ("ohos", DeviceKind::Harmony),
        ("android", DeviceKind::Android),
        ("windows", DeviceKind::Windows),
        ("macintosh", DeviceKind::Mac),
        ("mac os", DeviceKind::Mac),
        ("linux", DeviceKind::Linux),
    ];
    let said = user_agent.to_lowercase();
    NAMES
        .into_iter()
        .find(|(name, _)| said.contains(name))
        .map_or(DeviceKind::Unknown, |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_device_is_told_by_the_narrowest_name() {
        for (said, kind) in [
            (
                "Mozilla/5.0 (Linux; Android 14; HUAWEI) MicroMessenger/8.0.47 MiniProgramEnv/android",
                DeviceKind::Android,
            ),
            (
                "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00)",
                DeviceKind::Harmony,
            ),
            ("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb", DeviceKind::Harmony),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) MicroMessenger/8.0.47",
                DeviceKind::Iphone,
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", DeviceKind::Windows),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", DeviceKind::Mac),
            ("Mozilla/5.0 (X11; Linux x86_64)", DeviceKind::Linux),
            ("curl/8.5", DeviceKind::Unknown),
            ("", DeviceKind::Unknown),
        ] {
            assert_eq!(device_of(said), kind, "{said}");
        }
    }
}
