"""Many photos: read ahead, denoise in batches, write behind, lose nothing."""
