"""The protocol of understanding: text negotiated article by article, frozen bytes, adhesions, audit chain."""
