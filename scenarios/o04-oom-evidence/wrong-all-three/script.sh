echo beta > ~/answer.txt
for d in alpha beta gamma; do kubectl set resources deployment/$d -n prod --limits=memory=900Mi; done
