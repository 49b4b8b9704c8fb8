"""Forward-only migrations: Piccolo's runner, hand-written SQL in a `.sql` file beside each.

A file's name says when it runs: `m0007_pre_…` before the new version is deployed, `m0008_post_…` after the
old one is gone. Two versions run side by side meanwhile, so a `pre` only adds, and what the old version reads
goes in a later `post`.
"""
