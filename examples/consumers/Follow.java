// Follows `referrals` and writes each to a file once, whatever comes twice: after a crash of the worker, or of this.
//   java -cp 'kafka/libs/*' Follow.java out.ndjson      KAFKA_BROKERS, ROUTER_TOPIC_PREFIX; Java 17 or later
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

public class Follow {
  // By partition and lane the highest `seq`, two integers. What was written says it: the two can't disagree.
  static final Map<String, long[]> latest = new HashMap<>();

  static boolean isNew(String place, String seq) {
    long[] numbers = Arrays.stream(seq.split("\\.")).mapToLong(Long::parseLong).toArray();
    long[] last = latest.get(place);
    if (last != null && Arrays.compare(numbers, last) <= 0) return false;
    latest.put(place, numbers);
    return true;
  }

  public static void main(String[] words) throws Exception {
    Path file = Path.of(words.length > 0 ? words[0] : "referrals.ndjson");
    String prefix = System.getenv().getOrDefault("ROUTER_TOPIC_PREFIX", "");
    try (var out = new RandomAccessFile(file.toFile(), "rwd"); var consumer = new KafkaConsumer<String, String>(Map.of(
        "bootstrap.servers", System.getenv().getOrDefault("KAFKA_BROKERS", "localhost:9092"),
        "group.id", prefix + "notifier-java", "auto.offset.reset", "earliest", "enable.auto.commit", "false",
        "session.timeout.ms", "10000"),
        new StringDeserializer(), new StringDeserializer())) {
      String text = Files.readString(file);
      String whole = text.substring(0, text.lastIndexOf('\n') + 1);
      for (String line : whole.lines().toList()) { // Place, seq and referral, with tabs between.
        String[] parts = line.split("\t", 3);
        isNew(parts[0], parts[1]);
      }
      out.setLength(whole.getBytes(StandardCharsets.UTF_8).length); // A crash may leave half a line.
      out.seek(out.length());
      Runtime.getRuntime().addShutdownHook(new Thread(consumer::wakeup));
      consumer.subscribe(List.of(prefix + "referrals"));
      while (true) {
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          String place = record.partition() + " " + header(record, "lane"), seq = header(record, "seq");
          if (isNew(place, seq))
            out.write((place + "\t" + seq + "\t" + record.value() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        consumer.commitSync(); // After the lines are written: what is read again is known by its `seq`.
      }
    } catch (WakeupException stopped) {
      // Told to stop.
    }
  }

  static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
