"""The made-up key and secret of the sandbox's Stripe account."""

STRIPE_API_KEY = "sk_test_51SandboxOfPonteNothingHereIsARealKey0000000000"
STRIPE_WEBHOOK_SECRET = "whsec_sandboxOfPonteNothingHereIsARealSecret00"
