use std::time::Duration;

use crate::Redrive;
use crate::testing::{problems, system};

#[test]
fn an_empty_queue_has_the_defaults_of_sqs() {
    let system = system("  Q: {Type: AWS::SQS::Queue}\n");
    let queue = &system.queues["Q"];
    assert_eq!((queue.name.as_str(), queue.arn.as_str()), ("Q", "arn:aws:sqs:us-east-1:000000000000:Q"));
    assert_eq!(queue.url(), "http://sqs.us-east-1.localhost/000000000000/Q");
    assert_eq!(queue.visibility_timeout, Duration::from_secs(30));
    assert_eq!(queue.retention, Duration::from_secs(4 * 24 * 3_600));
    assert_eq!((queue.delay, queue.receive_wait), (Duration::ZERO, Duration::ZERO));
    assert_eq!(queue.redrive, None);
}

#[test]
fn everything_written_is_read() {
    let system = system(
        "  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: jobs
      VisibilityTimeout: '60'
      MessageRetentionPeriod: 1209600
      DelaySeconds: 5
      ReceiveMessageWaitTimeSeconds: 20
      SqsManagedSseEnabled: true
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
  Dead: {Type: AWS::SQS::Queue}
",
    );
    let queue = &system.queues["Jobs"];
    assert_eq!((queue.name.as_str(), queue.visibility_timeout.as_secs()), ("jobs", 60));
    assert_eq!((queue.retention.as_secs(), queue.delay.as_secs(), queue.receive_wait.as_secs()), (1_209_600, 5, 20));
    let dead_letter_arn = "arn:aws:sqs:us-east-1:000000000000:Dead".to_owned();
    assert_eq!(queue.redrive, Some(Redrive { dead_letter_arn, max_receive_count: 5 }));
}

#[test]
fn what_sqs_or_one_machine_cannot_do_is_refused() {
    let found = problems(
        "  Q:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      VisibilityTimeout: 43201
      MaximumMessageSize: 1024
      QueueName: has space
      RedrivePolicy:
        deadLetterTargetArn: arn:aws:sqs:us-east-1:000000000000:Elsewhere
        maxReceiveCount: 0
",
    );
    assert_eq!(
        found,
        [
            "t.yaml:6: Q.FifoQueue: a FIFO queue isn't emulated on one machine",
            "t.yaml:7: Q.VisibilityTimeout: `43201` is not a whole number from 0 to 43200",
            "t.yaml:8: Q.MaximumMessageSize: `MaximumMessageSize` isn't emulated on one machine (or is misspelt): take it out",
            "t.yaml:9: Q.QueueName: `has space` is not a name of 1 to 80 letters, digits and `-_`",
            "t.yaml:11: Q.RedrivePolicy.deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:Elsewhere` is not the Arn \
             of an AWS::SQS::Queue in this template",
            "t.yaml:12: Q.RedrivePolicy.maxReceiveCount: `0` is not a whole number from 1 to 1000",
        ]
    );
}

#[test]
fn a_queue_of_dead_letters_says_whose_they_may_be() {
    let queues = |policy: &str| {
        format!(
            "  Q: {{Type: AWS::SQS::Queue, Properties: {{RedrivePolicy: {{deadLetterTargetArn: !GetAtt D.Arn, maxReceiveCount: 3}}}}}}\n  \
             D: {{Type: AWS::SQS::Queue, Properties: {{RedriveAllowPolicy: {policy}}}}}\n"
        )
    };
    let own = "arn:aws:sqs:us-east-1:000000000000:Q";
    for policy in
        ["{redrivePermission: allowAll}", &format!("{{redrivePermission: byQueue, sourceQueueArns: ['{own}']}}")]
    {
        system(&queues(policy));
    }
    for policy in ["{redrivePermission: denyAll}", "{redrivePermission: byQueue, sourceQueueArns: [x]}"] {
        let told = "t.yaml:3: Q.RedrivePolicy: the RedriveAllowPolicy of `D` does not allow it";
        assert_eq!(problems(&queues(policy)), [told], "{policy}");
    }
}
