kubectl autoscale deployment sentiment-inference -n scale --min=3 --max=10 --cpu=65%
