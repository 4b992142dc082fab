//! Which of hexguard's rules look for what a rule of gitleaks' own looks for.

use crate::rule::RULES;

/// Names that differ; a pattern may end with `*`. Names that agree are not listed.
const NAMES: &[(&str, &[&str])] = &[
    (
        "aws-access-token",
        &[
            "aws-access-key-id",
            "aws-temp-access-key-id",
            "aws-secret-access-key",
        ],
    ),
    (
        "aws-amazon-bedrock-api-key-long-lived",
        &["aws-bedrock-api-key-long"],
    ),
    (
        "aws-amazon-bedrock-api-key-short-lived",
        &["aws-bedrock-api-key-short"],
    ),
    ("azure-ad-client-secret", &["azure-entra-client-secret*"]),
    (
        "cloudflare-api-key",
        &[
            "cloudflare-api-token-old",
            "cloudflare-user-token",
            "cloudflare-account-token",
        ],
    ),
    ("cloudflare-global-api-key", &["cloudflare-global-key*"]),
    ("confluent-secret-key", &["confluent-api-secret*"]),
    ("curl-auth-header", &["bearer-header", "basic-auth-header"]),
    ("curl-auth-user", &["curl-user-password"]),
    ("databricks-api-token", &["databricks-pat"]),
    (
        "datadog-access-token",
        &["datadog-api-key", "datadog-app-key"],
    ),
    ("digitalocean-access-token", &["digitalocean-oauth-token"]),
    ("discord-api-token", &["discord-bot-token"]),
    ("gcp-api-key", &["google-api-key"]),
    ("generic-api-key", &["generic-*"]),
    ("github-app-token", &["github-app-*"]),
    ("github-fine-grained-pat", &["github-pat-fine-grained"]),
    ("github-oauth", &["github-oauth-token"]),
    ("github-pat", &["github-pat-classic"]),
    ("gitlab-cicd-job-token", &["gitlab-ci-job-token*"]),
    (
        "gitlab-feature-flag-client-token",
        &["gitlab-feature-flag-token"],
    ),
    (
        "gitlab-incoming-mail-token",
        &["gitlab-incoming-mail-token"],
    ),
    ("gitlab-kubernetes-agent-token", &["gitlab-agent-token"]),
    ("gitlab-oauth-app-secret", &["gitlab-oauth-secret"]),
    ("gitlab-ptt", &["gitlab-trigger-token"]),
    ("gitlab-rrt", &["gitlab-runner-registration"]),
    (
        "gitlab-runner-authentication-token",
        &["gitlab-runner-token"],
    ),
    (
        "gitlab-runner-authentication-token-routable",
        &["gitlab-runner-token-routable"],
    ),
    ("hashicorp-tf-api-token", &["terraform-cloud-token"]),
    ("hashicorp-tf-password", &["generic-password"]),
    (
        "heroku-api-key",
        &["heroku-api-key-old", "heroku-platform-key"],
    ),
    ("heroku-api-key-v2", &["heroku-platform-key"]),
    ("huggingface-access-token", &["huggingface-user-token"]),
    (
        "huggingface-organization-api-token",
        &["huggingface-org-token"],
    ),
    ("jwt-base64", &["jwt"]),
    ("kubernetes-secret-yaml", &["generic-*"]),
    ("mailgun-private-api-token", &["mailgun-api-key*"]),
    ("mailgun-pub-key", &["mailgun-api-key*"]),
    ("microsoft-teams-webhook", &["teams-incoming-webhook"]),
    ("new-relic-browser-api-token", &["newrelic-other-key"]),
    ("new-relic-insert-key", &["newrelic-insights-key"]),
    ("new-relic-user-api-id", &["newrelic-user-key"]),
    ("new-relic-user-api-key", &["newrelic-user-key"]),
    ("notion-api-token", &["notion-*"]),
    ("npm-access-token", &["npm-token*"]),
    ("nuget-config-password", &["client-config-password"]),
    ("openai-api-key", &["openai-api-key-*"]),
    ("pkcs12-file", &["pkcs12-*"]),
    (
        "private-key",
        &["private-key*", "putty-private-key", "rsa-xml-private-key"],
    ),
    ("pypi-upload-token", &["pypi-token", "testpypi-token"]),
    ("sendgrid-api-token", &["sendgrid-api-key"]),
    ("sentry-access-token", &["sentry-token-old"]),
    ("shopify-custom-access-token", &["shopify-custom-app-token"]),
    (
        "shopify-private-app-access-token",
        &["shopify-private-app-password"],
    ),
    ("slack-config-access-token", &["slack-rotating-token"]),
    ("slack-config-refresh-token", &["slack-rotating-token"]),
    ("slack-legacy-bot-token", &["slack-legacy-token"]),
    ("slack-legacy-workspace-token", &["slack-legacy-token"]),
    (
        "slack-webhook-url",
        &["slack-incoming-webhook", "slack-workflow-webhook"],
    ),
    ("snyk-api-token", &["snyk-token", "snyk-pat"]),
    ("stripe-access-token", &["stripe-live-*", "stripe-test-*"]),
    ("telegram-bot-api-token", &["telegram-bot-token"]),
];

/// Returns hexguard's rules (ids, or patterns of them) that stand for a rule of gitleaks'; none when nothing does.
pub fn of(gitleaks: &str) -> Vec<&'static str> {
    if let Some((_, ids)) = NAMES.iter().find(|(id, _)| *id == gitleaks) {
        return ids.to_vec();
    }
    if let Some(id) = RULES.ids().find(|id| *id == gitleaks) {
        return vec![id];
    }
    // A vendor with one or two formats: both tools mean those, however they call them.
    let wanted = vendor(gitleaks);
    let same: Vec<&'static str> = RULES.ids().filter(|id| vendor(id) == wanted).collect();
    if same.len() <= 2 { same } else { Vec::new() }
}

/// Tells whether a name is known to be that of a rule of gitleaks' own.
pub fn is_default(id: &str) -> bool {
    NAMES.iter().any(|(known, _)| *known == id) || RULES.ids().any(|known| known == id)
}

fn vendor(id: &str) -> &str {
    id.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(NAMES.is_sorted_by_key(|(id, _)| id));
        assert_eq!(of("generic-api-key"), ["generic-*"]);
        assert_eq!(of("slack-bot-token"), ["slack-bot-token"]);
        assert_eq!(of("nobody-knows-this"), Vec::<&str>::new());
    }
}
