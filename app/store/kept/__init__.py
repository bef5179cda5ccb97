"""What is kept on disk between two starts: documents, their JSON, the first picture, who may write."""
