use crate::SecretValue;
use crate::testing::{problems, system};

fn value(properties: &str) -> SecretValue {
    let system = system(&format!("  S: {{Type: AWS::SecretsManager::Secret, Properties: {{{properties}}}}}\n"));
    system.secrets["S"].value.clone()
}

#[test]
fn a_given_value_is_taken_as_it_is() {
    assert_eq!(value("SecretString: '{\"a\":1}'"), SecretValue::Given("{\"a\":1}".to_owned()));
}

#[test]
fn a_generated_value_has_32_characters_of_all_types_but_space() {
    let SecretValue::Generated { length, alphabet, require, template } = value("GenerateSecretString: {}") else {
        panic!("generated")
    };
    let printable: String = ('!'..='~').collect();
    let mut sorted: Vec<char> = alphabet.chars().collect();
    sorted.sort_unstable();
    assert_eq!(sorted.into_iter().collect::<String>(), printable);
    assert_eq!((length, require.len(), template), (32, 4, None));
}

#[test]
fn exclusions_shape_the_alphabet() {
    let generate = "ExcludePunctuation: true, ExcludeUppercase: true, ExcludeCharacters: abc019, IncludeSpace: true";
    let expected = SecretValue::Generated {
        length: 64,
        alphabet: "defghijklmnopqrstuvwxyz2345678 ".to_owned(),
        require: Vec::new(),
        template: None,
    };
    let generate = format!("GenerateSecretString: {{PasswordLength: 64, RequireEachIncludedType: false, {generate}}}");
    assert_eq!(value(&generate), expected);
}

#[test]
fn a_value_can_be_one_key_of_an_object() {
    let generate = "GenerateSecretString: {GenerateStringKey: key, SecretStringTemplate: '{\"user\":\"u\"}'}";
    let SecretValue::Generated { template, .. } = value(generate) else { panic!("generated") };
    assert_eq!(template, Some(("key".to_owned(), "{\"user\":\"u\"}".to_owned())));
}

#[test]
fn what_cannot_be_generated_is_refused() {
    let found = problems(
        "  A: {Type: AWS::SecretsManager::Secret}
  B: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: x, GenerateSecretString: {}}}
  C: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {PasswordLength: 3}}}
  D: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {GenerateStringKey: k}}}
  E:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: {ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true}
",
    );
    assert_eq!(
        found,
        [
            "t.yaml:3: A: needs GenerateSecretString (or SecretString): it would have no value",
            "t.yaml:4: B.GenerateSecretString: SecretString and GenerateSecretString exclude each other",
            "t.yaml:5: C.GenerateSecretString: 3 characters can't have one of each of 4 types",
            "t.yaml:6: D.GenerateSecretString.GenerateStringKey: GenerateStringKey and SecretStringTemplate need each other",
            "t.yaml:10: E.GenerateSecretString: every character is excluded",
        ]
    );
}
