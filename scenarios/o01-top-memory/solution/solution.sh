kubectl top pod -A --sort-by=memory
echo rag/vector-cache-0 > ~/answer.txt
