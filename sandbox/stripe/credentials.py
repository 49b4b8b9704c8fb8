"""The made-up keys and secret of the sandbox's Stripe account."""

STRIPE_API_KEY = "sk_test_51SandboxOfPonteNothingHereIsARealKey0000000000"
"""Ponte's own key."""

OUTSIDER_API_KEY = "sk_test_51SandboxOfPonteKeyOfAnOutsiderNothingReal00000"
"""The same account's key for tests and people, so that the log of calls tells them from Ponte."""

STRIPE_WEBHOOK_SECRET = "whsec_sandboxOfPonteNothingHereIsARealSecret00"
