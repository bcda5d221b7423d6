//! What is wrong with an answer, and the sentences for it in both languages. Faults of a form are `faults`.
//!
//! A sentence never repeats what she typed.

use serde::Serialize;
use serde_json::{Map, Value};

/// One error or warning about a response.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// RFC 6901 pointer into the response; a missing answer points to the nearest present ancestor.
    pub pointer: String,
    /// A code such as `required` or `maxValue`.
    pub code: &'static str,
    /// The question, so that a client can scroll to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_id: Option<String>,
    /// linkIds from the root to the question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// Numbers and units of the sentence.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
}

/// A language of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Zh,
    /// American English.
    En,
}

/// code, zh, en; `{name}` is a parameter.
const CATALOGUE: &[(&str, &str, &str)] = &[
    (
        "invalidStructure",
        "问卷内容的格式不正确",
        "The response has a wrong structure",
    ),
    (
        "invalidLinkId",
        "问卷中没有这个题目",
        "The form has no such question here",
    ),
    (
        "groupShouldNotHaveAnswers",
        "分组标题不能填写答案",
        "A group cannot be answered",
    ),
    (
        "displayAnswer",
        "说明文字不能填写答案",
        "A display text cannot be answered",
    ),
    (
        "invalidAnswerType",
        "答案的类型不正确",
        "The answer is of the wrong type",
    ),
    (
        "answerNotEnabled",
        "按前面的回答，此题不需要填写",
        "Earlier answers make this question not applicable",
    ),
    (
        "disabledAnswerDropped",
        "按前面的回答，此题不需要填写，答案已去掉",
        "This answer was dropped: the question no longer applies",
    ),
    (
        "calculatedReplaced",
        "此项由系统计算，以系统的结果为准",
        "This value is calculated; the system's own result counts",
    ),
    ("required", "请回答此题", "This question is required"),
    ("repeats", "此题只能有一个答案", "Only one answer is allowed"),
    ("minCount", "请至少填写 {min} 项", "Give at least {min} answers"),
    ("maxCount", "最多填写 {max} 项", "Give at most {max} answers"),
    (
        "minValue",
        "不能小于 {min} {unit}",
        "Must not be below {min} {unit}",
    ),
    (
        "maxValue",
        "不能大于 {max} {unit}",
        "Must not exceed {max} {unit}",
    ),
    (
        "maxDecimalPlaces",
        "小数最多 {max} 位",
        "Use at most {max} decimal places",
    ),
    ("minLength", "至少 {min} 个字", "Use at least {min} characters"),
    ("maxLength", "最多 {max} 个字", "Use at most {max} characters"),
    ("regex", "格式不正确", "The format is not right"),
    ("invalidNewLine", "不能换行", "Line breaks are not allowed"),
    (
        "invalidAnswerOption",
        "请选择列出的选项",
        "Choose one of the options",
    ),
    (
        "invalidCoding",
        "选项的代码不正确",
        "The code of the option is not right",
    ),
    (
        "exclusiveAnswerOption",
        "这个选项不能和其他选项同时选择",
        "This option cannot be combined with others",
    ),
    ("invalidUnit", "单位不正确", "The unit is not one of those listed"),
    (
        "invalidUnitValueSet",
        "单位不正确",
        "The unit is not one of those listed",
    ),
    (
        "questionnaireInactive",
        "这份问卷现在不在填写时间内",
        "This form is outside the time in which it is answered",
    ),
    ("invalidUrlValue", "网址格式不正确", "The address is not valid"),
    (
        "invalidAttachmentType",
        "不支持这种文件",
        "This kind of file is not accepted",
    ),
    (
        "attachmentUnknown",
        "没有这个文件，请重新上传",
        "There is no such file; please upload it again",
    ),
    (
        "maxAttachmentSize",
        "文件不能大于 {max} MB",
        "The file must not exceed {max} MB",
    ),
    (
        "attachmentSizeInconsistent",
        "文件大小和内容不一致",
        "The stated size differs from the data",
    ),
];

/// The sentence for a problem. `inconsistent` carries its own texts in `params.message`.
pub fn message(code: &str, params: &Map<String, Value>, language: Language) -> String {
    let member = match language {
        Language::Zh => "zh",
        Language::En => "en",
    };
    if let Some(text) = params
        .get("message")
        .and_then(|texts| texts.get(member))
        .and_then(Value::as_str)
    {
        return text.to_owned();
    }
    let Some((_, zh, en)) = CATALOGUE.iter().find(|(known, ..)| *known == code) else {
        return code.to_owned();
    };
    let mut text = match language {
        Language::Zh => (*zh).to_owned(),
        Language::En => (*en).to_owned(),
    };
    for name in ["min", "max", "unit"] {
        let value = match params.get(name) {
            Some(Value::String(value)) => value.clone(),
            None | Some(Value::Null) => String::new(),
            Some(value) => value.to_string(),
        };
        text = text.replace(&format!("{{{name}}}"), &value);
    }
    text.trim_end().to_owned()
}
