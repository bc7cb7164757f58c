package javax.annotation;

/** What generated code is marked with. It left the JDK with Java 11, and this one keeps the client without dependencies. */
public @interface Generated {
  /** The generator. */
  String[] value();

  /** When. */
  String date() default "";

  /** Notes of the generator. */
  String comments() default "";
}
